"""The report of one operation and period: what the published marts say, as a page and as a workbook."""

from energy_pipeline.reports.build import PAGE, QUALITY, build, standing, write_index
from energy_pipeline.reports.portfolio import IndexEntry

__all__ = ["PAGE", "QUALITY", "IndexEntry", "build", "standing", "write_index"]
