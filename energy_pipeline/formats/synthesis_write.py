"""Writing the monthly synthesis: operation, producers, consumers by time slot (convention §11.6.1.3)."""

import io
import tomllib
from collections.abc import Mapping, Sequence
from datetime import date, datetime, time
from functools import cache
from typing import Any

import xlsxwriter
from xlsxwriter.worksheet import Worksheet

from energy_pipeline.formats.enedis_files import period_words
from energy_pipeline.settings import REFERENCE

_SHEETS = {"operation": "Indicateurs opération", "producer": "Producteurs", "consumer": "Consommateurs"}
_COLUMNS = {
    "operation": ("consumption_kwh", "production_kwh", "self_consumption_kwh", "surplus_kwh", "self_consumption_rate",
                  "self_production_rate", "coverage_rate"),
    "producer": ("production_kwh", "self_produced_kwh", "surplus_kwh"),
    "consumer": ("consumption_kwh", "self_consumption_kwh", "complement_kwh"),
}  # fmt: skip
SLOT_LABEL = "Poste horaire"

Row = Mapping[str, Any]


@cache
def _labels(level: str) -> dict[str, str]:
    data = tomllib.loads((REFERENCE / "layouts" / "synthesis.toml").read_text(encoding="utf-8"))
    return {one["name"]: one["labels"][level] for one in data["indicator"] if level in one["labels"]}


def name(operation_id: str, period_start: date, period_end: date) -> str:
    """Return `ACC00000001_01112024_30112024.xlsx`."""
    return f"{operation_id}_{period_words(period_start, period_end)}.xlsx"


def write(
    operation_id: str,
    period: tuple[date, date],
    operation: Row,
    producers: Sequence[Row],
    consumers: Sequence[Row],
) -> bytes:
    """Return the workbook, the same bytes for the same figures; None gives an empty cell.

    Rows bear the columns of `marts.*_month`: kWh, rates as fractions, `prm`, and for consumers `slot` (or None).
    """
    start, end = period
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True})
    book.set_properties({"created": datetime.combine(end, time())})
    bold = book.add_format({"bold": True})
    kwh, rate = book.add_format({"num_format": "#,##0.00"}), book.add_format({"num_format": "0.0%"})
    sheet = book.add_worksheet(_SHEETS["operation"])
    sheet.set_column(0, 0, 48)
    sheet.set_column(1, 1, 32)
    sheet.write_row(0, 0, ["Convention", operation_id])
    sheet.write_row(1, 0, ["Période", f"du {start:%d/%m/%Y} au {end:%d/%m/%Y}"])
    for line, indicator in enumerate(_COLUMNS["operation"], start=3):
        sheet.write_string(line, 0, _labels("operation")[indicator], bold)
        _number(sheet, (line, 1), operation[indicator], rate if indicator.endswith("_rate") else kwh)
    for level, rows, keys in (("producer", producers, ("prm",)), ("consumer", consumers, ("prm", "slot"))):
        sheet = book.add_worksheet(_SHEETS[level])
        sheet.set_column(0, len(keys) + 2, 30)
        sheet.freeze_panes(1, 1)
        headers = ["PRM", SLOT_LABEL][: len(keys)] + [_labels(level)[one] for one in _COLUMNS[level]]
        sheet.write_row(0, 0, headers, bold)
        for line, row in enumerate(rows, start=1):
            for place, key in enumerate(keys):
                sheet.write_string(line, place, row[key] or "")
            for place, indicator in enumerate(_COLUMNS[level], start=len(keys)):
                _number(sheet, (line, place), row[indicator], kwh)
    book.close()
    return buffer.getvalue()


def _number(sheet: Worksheet, cell: tuple[int, int], value: float | None, form: Any) -> None:
    if value is not None:
        sheet.write_number(*cell, value, form)
