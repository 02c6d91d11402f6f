"""The report's daily chart as a PNG: mail readers show no SVG."""

import re

import vl_convert

from energy_pipeline.mail.model import File
from energy_pipeline.reports.charts import Chart

NAME = "graphique"
SCALE = 2
_OPENING = re.compile(r"<svg viewBox=\"0 0 ([\d.]+) ([\d.]+)\"[^>]*>")


def picture(chart: Chart) -> File:
    """Return the narrow drawing of `chart`, legible on a phone, as a PNG on white, for readers that darken pages."""
    size = _OPENING.match(chart.narrow)
    if size is None:
        raise ValueError("the chart's SVG does not start with its viewBox")
    width, height = size.groups()
    svg = (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}">'
        f'<rect width="100%" height="100%" fill="#ffffff"/>{chart.narrow[size.end() :]}'
    )
    return File(NAME, "image/png", vl_convert.svg_to_png(svg, scale=SCALE))
