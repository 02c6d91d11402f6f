"""Tables with a header, whether csv or xlsx: read as text, mapped to our columns by a dated layout that is data."""

import csv
import io
import json
import re
import tomllib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cache, cached_property, lru_cache
from typing import Any

import fastexcel

from energy_pipeline.formats import text, values, workbook_limits
from energy_pipeline.formats.model import BadFile, Note, Row
from energy_pipeline.settings import REFERENCE

XLSX_MAGIC = b"PK\x03\x04"
_SEARCHED_LINES = 20
"""A header may stand below a title: suppliers have put it on line 13."""
_CENTS = Decimal("0.0001")
_MICRO = Decimal("0.000001")
_RANK = " (n°"
_BLANKS = frozenset({"-", "–", "—", "/", "n/a", "#n/a", "nc"})
"""What people and spreadsheets write in a cell of a date or a number that has none."""
_DATES = ("date", "moment", "end_date")
_TEXT_DAY = re.compile(r"(\d{1,2})/\d{1,2}/\d{4}")
_TRUE_DAY = re.compile(r"\d{4}-\d{2}-(\d{2})")
_MONTHS = 12
_UNIT = re.compile(r"(?<=\d)\s*(kva|kwh|kw|m3|m³|€|eur|euros)$", re.IGNORECASE)


@dataclass(frozen=True)
class Sheet:
    """A sheet as text: `lines` from line 1, each a list of cells ('' when empty)."""

    name: str
    lines: list[list[str]]


@dataclass(frozen=True)
class Field:
    """A column of ours and how an outside file may name it.

    `factor`: from the file's unit and sign to ours. `combine`: `sum` or `join` of all the columns so named, else the
    leftmost counts. `values`: words of the file (plain) to ours. `is_repeated`: an empty cell repeats the one above.
    """

    name: str
    type: str
    aliases: frozenset[str]
    is_mandatory: bool
    label: str
    factor: Decimal = Decimal(1)
    combine: str = ""
    values: Mapping[str, str] = field(default_factory=dict, hash=False)
    is_repeated: bool = False


@dataclass(frozen=True)
class Layout:
    """The columns of an outside file at a date; `known` are columns that we keep only as written.

    `spans_two_lines`: a label may stand on the line above the others, as under merged cells.
    """

    version: str
    fields: tuple[Field, ...]
    known: frozenset[str]
    spans_two_lines: bool = False

    @cached_property
    def aliases(self) -> frozenset[str]:
        """Every label that names one of our columns."""
        return frozenset().union(*(one.aliases for one in self.fields))


@dataclass(frozen=True)
class Mapped:
    """A header found: its line, the place of each of our columns (all those of the combined), the other columns."""

    line: int
    places: Mapping[str, int]
    others: Mapping[str, int]
    header: Sequence[str]
    combined: Mapping[str, tuple[int, ...]] = field(default_factory=dict)

    def label(self, name: str) -> str:
        """Return how the file names one of our columns."""
        return self.header[self.places[name]] if name in self.places else name


@lru_cache(maxsize=1)  # a workbook is recognised by its sheets, then read
def sheets(content: bytes) -> list[Sheet]:
    """Return the sheets of an xlsx workbook, every cell as text. Raises BadFile for a broken workbook."""
    workbook_limits.check(content)
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
    return Layout(str(data["version"]), fields, frozenset())


def map_header(lines: Sequence[Sequence[str]], wanted: Layout) -> Mapped | None:
    """Return the header that names most of our columns among the first lines, or None when no line names two."""
    best: Mapped | None = None
    above: Sequence[str] = ()
    for line, cells in enumerate(lines[:_SEARCHED_LINES], start=1):
        labels = _with_line_above(cells, above) if wanted.spans_two_lines else cells
        above = cells
        named: dict[str, list[int]] = {}
        for place, label in enumerate(labels):
            if label and (plain := text.plain(label)):
                named.setdefault(plain, []).append(place)
        if wanted.aliases.isdisjoint(named):
            continue
        places: dict[str, int] = {}
        combined: dict[str, tuple[int, ...]] = {}
        for one in wanted.fields:
            if found := sorted(place for alias in one.aliases & named.keys() for place in named[alias]):
                places[one.name] = found[0]
                if one.combine:
                    combined[one.name] = tuple(found)
        if len(places) > max(1, len(best.places) if best else 0):
            taken = {*places.values(), *(place for several in combined.values() for place in several)}
            best = Mapped(line, places, _others(labels, taken), labels, combined)
    return best


def _with_line_above(cells: Sequence[str], above: Sequence[str]) -> list[str]:
    width = max(len(cells), len(above))
    padded = [*above, *[""] * (width - len(above))]
    return [cell or over for cell, over in zip([*cells, *[""] * (width - len(cells))], padded, strict=True)]


def _others(labels: Sequence[str], taken: set[int]) -> dict[str, int]:
    """Return the columns that nobody takes, by label; a label that comes again bears its rank."""
    found: dict[str, int] = {}
    seen: Counter[str] = Counter()
    for place, label in enumerate(labels):
        if label and place not in taken:
            seen[label] += 1
            found[label if seen[label] == 1 else f"{label}{_RANK}{seen[label]})"] = place
    return found


def header_of(lines: Sequence[Sequence[str]], wanted: Layout) -> Mapped:
    """Return the header among the first lines, or raise BadFile naming the mandatory columns that it has not."""
    mapped = map_header(lines, wanted)
    first = next(((line, filled) for line, cells in enumerate(lines, 1) if (filled := [*filter(None, cells)])), None)
    if mapped is None and first:
        missing = [one.label for one in wanted.fields if one.is_mandatory]
        raise BadFile(f"{absent(missing)} {_columns(first[1], 'lue')}", first[0], missing[0])
    return require_mandatory(mapped, wanted)


def require_mandatory(mapped: Mapped | None, wanted: Layout) -> Mapped:
    """Return the header, or raise BadFile naming the mandatory columns that it has not, and those that nobody knows."""
    missing = [one.label for one in wanted.fields if one.is_mandatory and (not mapped or one.name not in mapped.places)]
    if mapped is None or missing:
        unknown = _with_near(_unknown(mapped, wanted), mapped, wanted) if mapped else []
        raise BadFile(
            " ".join(filter(None, (absent(missing), _columns(unknown, "inconnue")))),
            mapped.line if mapped else 1,
            missing[0],
        )
    return mapped


def absent(labels: Sequence[str]) -> str:
    """Return the sentence that says which mandatory columns a header has not; empty when it has them."""
    return _columns(labels, "obligatoire", "absente")


def convert(kind: str, cell: str, line: int, column: str) -> Any:  # noqa: PLR0911, PLR0912 - one branch per type
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
        case "moment":
            return values.day(re.split(r"[ T]", cell.strip(), maxsplit=1)[0], line, column)
        case "end_date":
            return values.end_day(cell, line, column)
        case "money":
            return values.number(_UNIT.sub("", cell), line, column).quantize(_CENTS)
        case "price":
            return values.number(_UNIT.sub("", cell), line, column).quantize(_MICRO)
        case "number":
            return float(values.number(_UNIT.sub("", cell), line, column))
        case "count":
            return int(values.number(cell, line, column))
        case "positive":
            return float(values.positive(_UNIT.sub("", cell), line, column))
        case "post_code":
            return values.unquoted(cell).zfill(5)
    raise ValueError(f"unknown type of a layout: {kind}")


TYPES = (
    "text",
    "id",
    "prm",
    "date",
    "moment",
    "end_date",
    "money",
    "price",
    "number",
    "count",
    "positive",
    "post_code",
)
_SHOWN_COLUMNS = 12
_LOST = re.compile("[?\ufffd]+")


def unknown_columns(mapped: Mapped, wanted: Layout) -> list[Note]:
    """Return one note that lists the columns that the layout does not name: kept in `extra`, but worth a look."""
    unknown = _unknown(mapped, wanted)
    if not unknown:
        return []
    several = "s" if len(unknown) > 1 else ""
    near = _shown(_with_near(unknown, mapped, wanted))
    message = f"Colonne{several} inconnue{several}, conservée{several} sans être interprétée{several} : {near}."
    return [Note(message, mapped.line, _shown(unknown), "unknown_columns")]


def _unknown(mapped: Mapped, wanted: Layout) -> list[str]:
    return [column for column in mapped.others if text.plain(column.split(_RANK)[0]) not in wanted.known]


def _with_near(unknown: Sequence[str], mapped: Mapped, wanted: Layout) -> list[str]:
    """Return the columns, one whose accents some program made « ? » with the label that the header lacks.

    No other likeness is told: MWH is nearly KWH, and HPH nearly HP.
    """
    lacking = {alias: one.label for one in wanted.fields if one.name not in mapped.places for alias in one.aliases}
    found = []
    for column in unknown:
        spelt = ".{1,2}".join(map(text.plain, _LOST.split(column)))
        near = [label for alias, label in lacking.items() if re.fullmatch(spelt, alias)] if _LOST.search(column) else []
        found.append(f"{column} (sans doute « {near[0]} »)" if len(set(near)) == 1 else column)
    return found


def _shown(labels: Sequence[str]) -> str:
    return ", ".join(labels[:_SHOWN_COLUMNS]) + (", …" if len(labels) > _SHOWN_COLUMNS else "")


def _columns(labels: Sequence[str], *words: str) -> str:
    """Return « Colonne inconnue : A. » or « Colonnes inconnues : A, B. » for the word `inconnue`; nothing for none."""
    if not labels:
        return ""
    agreed = [f"{word}s" for word in ("Colonne", *words)] if len(labels) > 1 else ["Colonne", *words]
    return f"{' '.join(agreed)} : {_shown(labels)}."


def records(sheet: Sheet, mapped: Mapped, wanted: Layout) -> Iterator[tuple[int, Row, dict[str, str]]]:
    """Yield (line, our columns converted, the other columns as written) for each non-blank line below the header."""
    present = [one for one in wanted.fields if one.name in mapped.places]
    _refuse_swapped_days(sheet, mapped, present)
    last: dict[str, str] = {}
    for line, short in enumerate(sheet.lines[mapped.line :], start=mapped.line + 1):
        if not any(short):
            continue
        cells = [*short, *[""] * (len(mapped.header) - len(short))]
        row: Row = {}
        for one in present:
            if one.combine:
                row[one.name] = _combined(one, cells, line, mapped)
                continue
            cell = cells[mapped.places[one.name]]
            if one.is_repeated:
                cell = last[one.name] = cell or last.get(one.name, "")
            row[one.name] = _value(one, cell, line, mapped.header[mapped.places[one.name]])
        yield line, row, {name: cells[place] for name, place in mapped.others.items() if cells[place]}


def _refuse_swapped_days(sheet: Sheet, mapped: Mapped, present: Sequence[Field]) -> None:
    """Raise BadFile where a spreadsheet set to English took JJ/MM for MM/JJ.

    01/09/2025 became the 9th of January, and 30/09/2025, which is no date in English, stayed a text: every date of the
    sheet is of the first twelve days, every text of the others. One cell of another kind, and nothing is told.
    """
    places = [mapped.places[one.name] for one in present if one.type in _DATES]
    texts: list[str] = []
    dates: list[tuple[int, int, str]] = []
    for line, cells in enumerate(sheet.lines[mapped.line :], start=mapped.line + 1):
        for place in places:
            cell = cells[place] if place < len(cells) else ""
            if found := _TEXT_DAY.match(cell):
                if int(found[1]) <= _MONTHS:
                    return
                texts.append(cell)
            elif found := _TRUE_DAY.match(cell):
                if int(found[1]) > _MONTHS:
                    return
                dates.append((line, place, cell))
    if len(texts) > 1 and len(dates) > 1:
        line, place, cell = dates[0]
        raise BadFile(
            f"Dates au jour et au mois échangés : celles dont le jour dépasse 12 sont restées du texte (« {texts[0]} "
            "»), les autres ont été lues à l'anglaise par un tableur. Déposer le fichier d'origine tel quel, ou "
            "l'ouvrir avec ces colonnes au format texte.",
            line, mapped.header[place], cell,
        )  # fmt: skip


def _value(one: Field, cell: str, line: int, column: str) -> Any:
    if not cell or (one.type != "text" and cell.lower() in _BLANKS):
        return None
    if one.values:
        cell = one.values.get(text.plain(cell), cell)
    value = convert(one.type, cell, line, column)
    if one.factor == 1:
        return value
    if not isinstance(value, Decimal):
        return value * float(one.factor)
    return (value * one.factor).quantize(_MICRO if one.type == "price" else _CENTS)


def _combined(one: Field, cells: Sequence[str], line: int, mapped: Mapped) -> Any:
    written = [_value(one, cells[place], line, mapped.header[place]) for place in mapped.combined[one.name]]
    found = [value for value in written if value is not None]
    if not found:
        return None
    return ", ".join(found) if one.combine == "join" else sum(found[1:], found[0])


def as_json(extra: Mapping[str, object]) -> str | None:
    """Return the columns kept as written as a JSON object, or None when there is none."""
    return json.dumps(extra, ensure_ascii=False, sort_keys=True, default=str) if extra else None
