"""Writes tables into a workbook: frozen headers, formats by kind of value, widths, a page set-up.

No formula is written and no text is ever read as one: names come from files of others.
"""

import io
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Literal

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

Kind = Literal["text", "wrap", "kwh", "rate", "eur", "date", "number", "count", "points"]
Value = str | float | int | Decimal | date | None

CELL_LIMIT = 32_767
"""Characters that Excel keeps in a cell: xlsxwriter drops a longer text whole."""
HEADER_ROW = 3
HEADER_HEIGHT = 62
LINE_HEIGHT = 15
HIGHEST_ROW = 409
"""Points: a line of text, and the highest row that Excel accepts."""
FONT = "Arial"
"""Known to Excel, and of the same widths as the font that LibreOffice puts in its place: pages break alike."""
PAGE_WIDTH = 1450
PRINT_SCALE = 70
"""Pixels that a sheet of A4, landscape, holds at the smallest scale that reads well on paper, in percent."""
ACCENT = "#0F766E"
TEXTS = {"text", "wrap", "date"}
NUMBER_FORMATS = {
    "text": "@",
    "wrap": "@",
    "kwh": "#,##0.00",
    "rate": "0.0%",
    "eur": '#,##0.00 "€"',
    "date": "dd/mm/yyyy",
    "number": "#,##0.00",
    "count": "#,##0",
    "points": "+0.0%;-0.0%;0.0%",
}


@dataclass(frozen=True)
class Column:
    """A column of a sheet: header, kind of its values, width in characters."""

    header: str
    kind: Kind
    width: int
    is_joined: bool = False
    """Whether it says nothing without the column before it: both print on the same page."""

    @property
    def pixels(self) -> int:
        """Width on the screen, as Excel makes it of characters."""
        return 7 * self.width + 5


@dataclass(frozen=True)
class Styled:
    """A value whose kind is not that of its column."""

    value: Value
    kind: Kind


Cell = Value | Styled


class Book:
    """The workbook being written, with its formats."""

    def __init__(self, title: str, created: datetime) -> None:
        self.buffer = io.BytesIO()
        self.book = xlsxwriter.Workbook(
            self.buffer,
            {
                "in_memory": True,
                "strings_to_formulas": False,
                "strings_to_urls": False,
                "strings_to_numbers": False,
                "default_format_properties": {"font_name": FONT, "font_size": 10},
            },
        )
        self.book.set_properties({"title": title, "created": created})
        self.title = self.book.add_format({"bold": True, "font_size": 14})
        self.soft = self.book.add_format({"font_color": "#4B5563"})
        header = {"bold": True, "font_color": "#FFFFFF", "bg_color": ACCENT, "text_wrap": True, "valign": "vcenter"}
        self.header = self.book.add_format({**header, "align": "left", "indent": 1})
        self.number_header = self.book.add_format({**header, "align": "right"})
        self._formats: dict[tuple[str, bool], Format] = {}

    def format(self, kind: Kind, bold: bool) -> Format:
        """Return the format of a kind of value."""
        if (kind, bold) not in self._formats:
            properties = {
                "num_format": NUMBER_FORMATS[kind],
                "valign": "top",
                "align": "left" if kind in TEXTS else "right",
                "indent": 1 if kind in TEXTS else 0,
                "text_wrap": kind == "wrap",
                "bold": bold,
                "top": 1 if bold else 0,
                "bottom": 1,
                "bottom_color": "#D9DEE5",
            }
            self._formats[kind, bold] = self.book.add_format(properties)
        return self._formats[kind, bold]

    def sheet(
        self,
        name: str,
        title: str,
        subtitle: str,
        columns: Sequence[Column],
        rows: Iterable[Sequence[Cell]],
        *,
        totals: Iterable[Sequence[Cell]] = (),
        frozen_columns: int = 1,
        printed_columns: int | None = None,
    ) -> tuple[Worksheet, int]:
        """Write a table under its title; return the sheet and the first free row."""
        sheet = self.book.add_worksheet(name)
        sheet.write_string(0, 0, _text(title), self.title)
        sheet.write_string(1, 0, _text(subtitle), self.soft)
        for position, column in enumerate(columns):
            sheet.set_column(position, position, column.width)
            style = self.header if column.kind in TEXTS else self.number_header
            sheet.write_string(HEADER_ROW, position, column.header, style)
        sheet.set_row(HEADER_ROW, HEADER_HEIGHT)
        row = HEADER_ROW
        for values in rows:
            row += 1
            self.write(sheet, row, columns, values)
        sheet.autofilter(HEADER_ROW, 0, max(row, HEADER_ROW + 1), len(columns) - 1)
        for values in totals:
            row += 1
            self.write(sheet, row, columns, values, bold=True)
        sheet.freeze_panes(HEADER_ROW + 1, frozen_columns)
        sheet.ignore_errors({"number_stored_as_text": "A1:XFD1048576"})
        if printed_columns:
            sheet.print_area(0, 0, row, printed_columns - 1)
        _set_page(sheet, columns[:printed_columns], frozen_columns)
        return sheet, row + 1

    def write(
        self, sheet: Worksheet, row: int, columns: Sequence[Column], cells: Sequence[Cell], *, bold: bool = False
    ) -> None:
        """Write one row, each value by the kind of its column."""
        lines = max((_lines(cell, column.width) for column, cell in zip(columns, cells, strict=True)
                     if column.kind == "wrap"), default=1)  # fmt: skip
        if lines > 1:
            sheet.set_row(row, min(lines * LINE_HEIGHT, HIGHEST_ROW))
        for position, (column, cell) in enumerate(zip(columns, cells, strict=True)):
            value, kind = (cell.value, cell.kind) if isinstance(cell, Styled) else (cell, column.kind)
            style = self.format(kind, bold)
            if value is None:
                sheet.write_blank(row, position, None, style)
            elif isinstance(value, str):
                sheet.write_string(row, position, _text(value), style)
            elif isinstance(value, date):
                sheet.write_datetime(row, position, datetime(value.year, value.month, value.day), style)  # noqa: DTZ001
            else:
                sheet.write_number(row, position, float(value), style)

    def close(self) -> bytes:
        """Return the file's bytes."""
        self.book.close()
        return self.buffer.getvalue()


def _set_page(sheet: Worksheet, columns: Sequence[Column], frozen_columns: int) -> None:
    """Print on A4, landscape: on one page's width if it stays readable, else on several, the first columns on each."""
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.6)
    sheet.repeat_rows(HEADER_ROW)
    sheet.set_footer("&L&A&R&P / &N")
    breaks = _page_breaks(columns, frozen_columns)
    if breaks:
        sheet.set_print_scale(PRINT_SCALE)
        sheet.set_v_pagebreaks(breaks)
        sheet.repeat_columns(0, frozen_columns - 1)
    else:
        sheet.fit_to_pages(1, 0)


def _page_breaks(columns: Sequence[Column], frozen_columns: int) -> list[int]:
    """Return the positions of the columns that start a page; joined columns stay on that of the column before."""
    frozen = sum(column.pixels for column in columns[:frozen_columns])
    starts = [place for place, column in enumerate(columns) if not column.is_joined and place >= frozen_columns]
    breaks: list[int] = []
    used = frozen
    for start, end in zip(starts, [*starts[1:], len(columns)], strict=True):
        width = sum(column.pixels for column in columns[start:end])
        if used + width > PAGE_WIDTH:
            breaks.append(start)
            used = frozen
        used += width
    return breaks


def _lines(cell: Cell, width: int) -> int:
    """Return the lines that a wrapped text takes: LibreOffice does not find the height of a row by itself."""
    parts = cell.split("\n") if isinstance(cell, str) else [""]
    return sum(max(1, math.ceil(len(part) / (0.9 * width))) for part in parts)


def _text(value: str) -> str:
    return value if len(value) <= CELL_LIMIT else value[: CELL_LIMIT - 1] + "…"
