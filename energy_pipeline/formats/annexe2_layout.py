"""Fields of Annexe 2 as a dated layout (convention §11.2.1): what the readers, the writers and the checks go by."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from pathlib import Path

from energy_pipeline.formats import grids, text
from energy_pipeline.settings import REFERENCE

LAYOUTS = REFERENCE / "layouts" / "annexe2"
OPERATION_PARTS = ("operation", "organiser", "agent")
"""Tables of the first sheet, in order; together, the csv 2.11."""
PARTICIPANT = "participant"
ROLE_SHEETS = {"consumer": "CONS", "producer": "PROD"}
"""Word of the csv column TYPE by sheet of the workbook."""
READ_WITHOUT_WHICH_NOT = ("TYPE", "PRM")
"""Columns without which participants cannot be read; others may lack: `annexe2_rules` says which should not."""


@dataclass(frozen=True)
class Field:
    """A field: its csv label (our key), its rules, and its label in each sheet of the workbook that has it."""

    part: str
    label: str
    type: str
    obligation: str
    obligation_xlsx: str
    length: int | None
    choices: tuple[str, ...]
    column: str | None
    aliases: tuple[str, ...]
    help: str
    sheet_labels: Mapping[str, str] = field(hash=False)


@dataclass(frozen=True)
class Layout:
    """A version of Annexe 2."""

    version: str
    fields: tuple[Field, ...]
    sheets: Mapping[str, str]
    titles: Mapping[str, str]

    def of(self, *parts: str) -> tuple[Field, ...]:
        """Return the fields of some parts, in the order of the csv."""
        return tuple(one for one in self.fields if one.part in parts)

    def labelled(self, part: str) -> dict[str, Field]:
        """Return the fields of a part by csv label."""
        return {one.label: one for one in self.of(part)}

    def on_sheet(self, sheet: str) -> tuple[Field, ...]:
        """Return the fields that a sheet has, in order."""
        return tuple(one for one in self.fields if sheet in one.sheet_labels)


@cache
def _versions() -> tuple[tuple[date, Layout], ...]:
    return tuple(sorted((_read(path) for path in LAYOUTS.glob("*.toml")), key=lambda version: version[0]))


def _read(path: Path) -> tuple[date, Layout]:
    data = tomllib.loads(path.read_text(encoding="utf-8"))
    fields = tuple(
        Field(
            part=entry["part"],
            label=entry["label"],
            type=entry["type"],
            obligation=entry["obligation"],
            obligation_xlsx=entry.get("obligation_xlsx", entry["obligation"]),
            length=entry.get("length"),
            choices=tuple(data["lists"][entry["list"]]) if "list" in entry else (),
            column=entry.get("column"),
            aliases=tuple(entry.get("aliases", ())),
            help=entry.get("help", ""),
            sheet_labels=entry["sheet_labels"],
        )
        for entry in data["field"]
    )
    return data.get("valid_from", date.min), Layout(data["version"], fields, data["sheets"], data["titles"])


def layout(on: date) -> Layout:
    """Return the version that holds on a day: the latest one that began by then, else the first."""
    begun = [found for start, found in _versions() if start <= on]
    return begun[-1] if begun else _versions()[0][1]


@cache
def _table(version: str, sheet: str | None) -> grids.Layout:
    wanted = next(found for _, found in _versions() if found.version == version)
    fields = []
    for one in wanted.of(PARTICIPANT) if sheet is None else wanted.on_sheet(sheet):
        labels = (one.label, *one.aliases) if sheet is None else (one.sheet_labels[sheet],)
        aliases = frozenset(text.plain(label) for label in labels)
        fields.append(grids.Field(one.label, "text", aliases, one.label in READ_WITHOUT_WHICH_NOT, labels[0]))
    return grids.Layout(version, tuple(fields), frozenset())


def participants_table(wanted: Layout, sheet: str | None = None) -> grids.Layout:
    """Return the columns of the participants, named by csv label: those of the csv, or of a sheet of the workbook."""
    return _table(wanted.version, sheet)
