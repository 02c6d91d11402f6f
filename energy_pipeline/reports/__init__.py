"""The report of one operation and period: what the published marts say, as a page and as a workbook."""

from energy_pipeline.reports.build import QUALITY, build, write_index

__all__ = ["QUALITY", "build", "write_index"]
