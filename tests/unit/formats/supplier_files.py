"""Writes suppliers' exports as their makers do, with fictitious sites."""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, time

import xlsxwriter

Line = Sequence[object]


def rows(header: Sequence[str], *records: Mapping[str, object]) -> list[list[object]]:
    """Return the header and a line per record; a label that the header has not is a mistake of the test."""
    assert not (unknown := {label for record in records for label in record} - set(header)), unknown
    return [list(header), *([record.get(label) for label in header] for record in records)]


def workbook(**sheets: Iterable[Line]) -> bytes:
    """Return a workbook; dates are dates, numbers numbers, text text. `_` in a sheet's name stands for a space."""
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True})
    day = book.add_format({"num_format": "dd/mm/yyyy"})
    for name, lines in sheets.items():
        sheet = book.add_worksheet(name.replace("_", " "))
        for line, cells in enumerate(lines):
            for place, value in enumerate(cells):
                if isinstance(value, date):
                    sheet.write_datetime(line, place, datetime.combine(value, time()), day)
                elif isinstance(value, str):
                    sheet.write_string(line, place, value)
                elif value is not None:
                    sheet.write_number(line, place, float(value))  # type: ignore[arg-type]
    book.close()
    return buffer.getvalue()


def table(lines: Iterable[Line], encoding: str = "utf-8-sig") -> bytes:
    """Return a csv separated by semicolons, decimal commas, dates as JJ/MM/AAAA unless given as text."""

    def written(value: object) -> str:
        if isinstance(value, date):
            return f"{value:%d/%m/%Y}"
        return "" if value is None else str(value).replace(".", ",") if isinstance(value, float) else str(value)

    buffer = io.StringIO()
    csv.writer(buffer, delimiter=";", lineterminator="\r\n").writerows([map(written, line) for line in lines])
    return buffer.getvalue().encode(encoding)
