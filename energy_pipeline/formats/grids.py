"""Tables with a header, whether csv or xlsx: read as text, mapped to our columns by a dated layout that is data."""

import csv
import io
import json
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from typing import Any

import fastexcel

from energy_pipeline.formats import text, values
from energy_pipeline.formats.model import BadFile, Note, Row
from energy_pipeline.settings import REFERENCE

XLSX_MAGIC = b"PK\x03\x04"
_SEARCHED_LINES = 20
"""A header may stand below a title: suppliers have put it on line 13."""
_CENTS = Decimal("0.0001")


@dataclass(frozen=True)
class Sheet:
    """A sheet as text: `lines` from line 1, each a list of cells ('' when empty)."""

    name: str
    lines: list[list[str]]


@dataclass(frozen=True)
class Field:
    """A column of ours and how an outside file may name it."""

    name: str
    type: str
    aliases: frozenset[str]
    is_mandatory: bool
    label: str


@dataclass(frozen=True)
class Layout:
    """The columns of an outside file at a date; `known` are columns that we keep only as written."""

    version: str
    fields: tuple[Field, ...]
    known: frozenset[str]


@dataclass(frozen=True)
class Mapped:
    """A header found: its line, the place of each of our columns, and the other columns."""

    line: int
    places: Mapping[str, int]
    others: Mapping[str, int]
    header: Sequence[str]


def sheets(content: bytes) -> list[Sheet]:
    """Return the sheets of an xlsx workbook, every cell as text. Raises BadFile for a broken workbook."""
    try:
        book = fastexcel.read_excel(content)
        found = []
        for name in book.sheet_names:
            table = book.load_sheet(name, header_row=None, skip_rows=0, dtypes="string").to_polars()
            lines = [[(cell or "").strip() for cell in line] for line in table.iter_rows()]
            found.append(Sheet(name, lines))
    except (fastexcel.FastExcelError, ValueError, OSError) as fault:
        raise BadFile("Classeur illisible : le fichier .xlsx est abîmé ou n'en est pas un.") from fault
    return found


def sheets_of(content: bytes) -> list[Sheet]:
    """Return the sheets of a workbook, or the one table of a csv separated by `;`, tab or comma."""
    if content.startswith(XLSX_MAGIC):
        return sheets(content)
    return [csv_sheet(content)]


def csv_sheet(content: bytes, separator: str | None = None) -> Sheet:
    """Return a csv as a sheet; without a given separator, the most frequent of `;`, tab and comma."""
    decoded = text.decode(content)
    used = separator or max(";\t,", key=decoded[:4000].count)
    reader = csv.reader(io.StringIO(decoded, newline=""), delimiter=used)
    lines: list[list[str]] = []
    try:
        for cells in reader:
            # A quoted cell may hold line ends: blank lines keep the numbering of the file.
            lines.extend([] for _ in range(reader.line_num - len(lines) - 1))
            lines.append([cell.strip() for cell in cells])
    except csv.Error as fault:
        raise BadFile(f"Fichier csv mal écrit : {fault}.", reader.line_num) from fault
    return Sheet("", lines)


@cache
def layout(name: str) -> Layout:
    """Return the layout `data/reference/layouts/<name>.toml`."""
    data = tomllib.loads((REFERENCE / "layouts" / f"{name}.toml").read_text(encoding="utf-8"))
    fields = tuple(
        Field(
            column,
            entry.get("type", "text"),
            frozenset(text.plain(alias) for alias in entry["aliases"]),
            entry.get("mandatory", False),
            entry["aliases"][0],
        )
        for column, entry in data["columns"].items()
    )
    return Layout(str(data["version"]), fields, frozenset(text.plain(one) for one in data.get("kept_as_written", ())))


def map_header(lines: Sequence[Sequence[str]], wanted: Layout) -> Mapped | None:
    """Return the header that names most of our columns among the first lines, or None when no line names two."""
    best: Mapped | None = None
    for line, cells in enumerate(lines[:_SEARCHED_LINES], start=1):
        plain = [text.plain(cell) for cell in cells]
        places: dict[str, int] = {}
        for field in wanted.fields:
            place = next((place for place, cell in enumerate(plain) if cell and cell in field.aliases), None)
            if place is not None:
                places[field.name] = place
        if len(places) > max(1, len(best.places) if best else 0):
            taken = set(places.values())
            others = {cells[place]: place for place in range(len(cells)) if cells[place] and place not in taken}
            best = Mapped(line, places, others, cells)
    return best


def require_mandatory(mapped: Mapped | None, wanted: Layout) -> Mapped:
    """Return the header, or raise BadFile naming the mandatory columns that it has not."""
    missing = [
        field.label for field in wanted.fields if field.is_mandatory and (not mapped or field.name not in mapped.places)
    ]
    if mapped is None or missing:
        raise BadFile(
            f"Colonne obligatoire absente : {', '.join(missing)}.", mapped.line if mapped else 1, missing[0]
        )  # fmt: skip
    return mapped


def convert(kind: str, cell: str, line: int, column: str) -> Any:  # noqa: PLR0911 - one branch per type
    """Return the cell as text, id, date, money, number or PRM; None when empty. Raises BadFile."""
    if not cell:
        return None
    match kind:
        case "text":
            return cell.lstrip("'") if cell.startswith("'") else cell
        case "id":
            return values.unquoted(cell)
        case "prm":
            return values.prm(cell, line, column)
        case "date":
            return values.day(cell, line, column)
        case "end_date":
            return values.end_day(cell, line, column)
        case "money":
            return values.number(cell, line, column).quantize(_CENTS)
        case "number":
            return float(values.number(cell, line, column))
        case "positive":
            return float(values.positive(cell, line, column))
        case "post_code":
            return values.unquoted(cell).zfill(5)
    raise ValueError(f"unknown type of a layout: {kind}")


def unknown_columns(mapped: Mapped, wanted: Layout) -> list[Note]:
    """Return a note for each column that the layout does not name: kept in `extra`, but worth a look."""
    return [
        Note("Colonne inconnue : conservée telle quelle, sans être interprétée.", mapped.line, column)
        for column in mapped.others
        if text.plain(column) not in wanted.known
    ]


def records(sheet: Sheet, mapped: Mapped, wanted: Layout) -> Iterator[tuple[int, Row, dict[str, str]]]:
    """Yield (line, our columns converted, the other columns as written) for each non-blank line below the header."""
    fields = [(field, mapped.places[field.name]) for field in wanted.fields if field.name in mapped.places]
    for line, short in enumerate(sheet.lines[mapped.line :], start=mapped.line + 1):
        if not any(short):
            continue
        cells = [*short, *[""] * (len(mapped.header) - len(short))]
        row = {field.name: convert(field.type, cells[place], line, mapped.header[place]) for field, place in fields}
        yield line, row, {name: cells[place] for name, place in mapped.others.items() if cells[place]}


def as_json(extra: Mapping[str, object]) -> str | None:
    """Return the columns kept as written as a JSON object, or None when there is none."""
    return json.dumps(extra, ensure_ascii=False, sort_keys=True, default=str) if extra else None
