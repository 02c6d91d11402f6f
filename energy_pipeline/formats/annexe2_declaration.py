"""What an organiser declares in Annexe 2, as text by csv label: the same from the two csv and from the workbook."""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from energy_pipeline.formats import grids, text, values
from energy_pipeline.formats.annexe2_layout import (
    OPERATION_PARTS,
    ROLE_SHEETS,
    Field,
    Layout,
    layout,
    participants_table,
)
from energy_pipeline.formats.grids import Mapped, Sheet
from energy_pipeline.formats.model import BadFile, Note

_POINT_NUMBER = re.compile(r"\d+\.\d+")


@dataclass(frozen=True)
class Declaration:
    """An Annexe 2: only what is filled in, each value as the csv writes it (`23,34`, `01/01/2026`)."""

    fields: Mapping[str, str] = field(default_factory=dict)
    participants: tuple[Mapping[str, str], ...] = ()
    field_lines: Mapping[str, int] = field(default_factory=dict, compare=False)
    participant_lines: tuple[int, ...] = field(default=(), compare=False)
    other_fields: Mapping[str, str] = field(default_factory=dict, compare=False)
    """Values under labels that the layout does not have."""
    notes: tuple[Note, ...] = field(default=(), compare=False)


def from_operation_csv(content: bytes, on: date) -> Declaration:
    """Read the `label;value` lines of Annexe 2.11 (§11.2.1.2). Raises BadFile for bytes that are no text."""
    known = {
        text.plain(label): one.label for one in layout(on).of(*OPERATION_PARTS) for label in (one.label, *one.aliases)
    }
    found: dict[str, str] = {}
    lines: dict[str, int] = {}
    others: dict[str, str] = {}
    for line, cells in text.rows(text.decode(content)):
        written = cells[0].strip('"')
        value = ";".join(text.without_trailing(cells)[1:]).strip('"')
        label = known.get(text.plain(written))
        if label is None:
            others |= {written: value} if written and value else {}
            continue
        lines[label] = line
        if value:
            found[label] = value
    return Declaration(found, field_lines=lines, other_fields=others)


def from_participants_csv(content: bytes, on: date) -> Declaration:
    """Read Annexe 2.12, a participant a row (§11.2.1.2). Raises BadFile when TYPE or PRM has no column."""
    return _participants(grids.csv_sheet(content, ";"), layout(on), None)


def _participants(sheet: Sheet, wanted: Layout, role_sheet: str | None) -> Declaration:
    columns = participants_table(wanted, role_sheet)
    mapped = grids.header_of(sheet.lines, columns)
    types = {one.label: one for one in wanted.fields}
    found, lines = [], []
    for line, row, _ in grids.records(sheet, mapped, columns):
        cells = {label: _as_csv(types[label], cell) for label, cell in row.items() if cell}
        found.append(cells if role_sheet is None else {"TYPE": ROLE_SHEETS[role_sheet]} | cells)
        lines.append(line)
    return Declaration(
        participants=tuple(found),
        participant_lines=tuple(lines),
        notes=tuple(_notes(mapped, columns, types, {cells["TYPE"] for cells in found if "TYPE" in cells})),
    )


def _notes(mapped: Mapped, columns: grids.Layout, fields: Mapping[str, Field], roles: Collection[str]) -> list[Note]:
    """Return what is to be said of the header: one note for the columns that lack and those that took their place."""
    unknown = grids.unknown_columns(mapped, columns)
    wanted = {"always", "static"} | ({"producer"} if ROLE_SHEETS["producer"] in roles else set())
    lacking = [one for one in columns.fields if one.name not in mapped.places and fields[one.name].obligation in wanted]
    if not lacking:
        return unknown
    has_no_share = any(fields[one.name].obligation == "static" for one in lacking)
    said = [
        grids.absent([one.label for one in lacking]),
        *(["Aucun coefficient de clé statique n'est donc lu."] if has_no_share else []),
        *(note.message for note in unknown),
    ]
    return [Note(" ".join(said), mapped.line, next((note.value for note in unknown), None), "missing_columns")]


def _as_csv(one: Field, cell: str) -> str:
    """Return a cell of a spreadsheet as the csv writes it: JJ/MM/AAAA, decimal comma."""
    if one.type in ("percent", "power") and _POINT_NUMBER.fullmatch(cell):
        return cell.replace(".", ",")
    if one.type == "date":
        try:
            return f"{values.day(cell, None, one.label):%d/%m/%Y}"
        except BadFile:
            return cell
    return cell


def is_workbook(sheets: Sequence[Sheet]) -> bool:
    """Whether a sheet has the first label of Annexe 2.1."""
    label = text.plain(layout(date.max).on_sheet("operation")[0].sheet_labels["operation"])
    return any(text.plain(cell) == label for sheet in sheets for line in sheet.lines[:40] for cell in line)


def from_workbook(content: bytes, on: date) -> Declaration:
    """Read the three sheets of Annexe 2.1 (§11.2.1.1). Raises BadFile for a broken workbook or an absent sheet."""
    wanted = layout(on)
    sheets = grids.sheets(content)
    found, lines = _first_sheet(_sheet(sheets, wanted, "operation"), wanted)
    sides = [_participants(_sheet(sheets, wanted, role), wanted, role) for role in ROLE_SHEETS]
    return Declaration(
        found,
        tuple(row for side in sides for row in side.participants),
        lines,
        tuple(line for side in sides for line in side.participant_lines),
        notes=tuple(note for side in sides for note in side.notes),
    )


def _sheet(sheets: Sequence[Sheet], wanted: Layout, name: str) -> Sheet:
    start = text.plain(wanted.sheets[name])[:4]
    found = next((sheet for sheet in sheets if text.plain(sheet.name).startswith(start)), None)
    if found is None:
        raise BadFile(f"Feuille absente de l'Annexe 2.1 : « {wanted.sheets[name]} ».")
    return found


def _first_sheet(sheet: Sheet, wanted: Layout) -> tuple[dict[str, str], dict[str, int]]:
    """Return the values and lines of the tables of the first sheet, one below the other.

    « Commune », « Adresse »… stand in several tables: a label is that of the first table, from the current one on,
    whose field has not been met yet.
    """
    fields = [(OPERATION_PARTS.index(one.part), text.plain(one.sheet_labels["operation"]), one)
              for one in wanted.of(*OPERATION_PARTS)]  # fmt: skip
    found: dict[str, str] = {}
    lines: dict[str, int] = {}
    current = 0
    for line, cells in enumerate(sheet.lines, start=1):
        for place, cell in enumerate(cells[:-1]):
            plain = text.plain(cell)
            match = next(
                ((part, one) for part, label, one in fields
                 if label == plain and part >= current and one.label not in lines),
                None,
            )  # fmt: skip
            if not plain or match is None:
                continue
            current, one = match
            lines[one.label] = line
            if value := cells[place + 1].removeprefix("'"):
                found[one.label] = _as_csv(one, value)
            break
    return found, lines
