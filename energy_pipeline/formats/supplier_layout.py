"""Layouts of suppliers' exports: `data/reference/layouts/<supplier>_<kind>_<version>.toml`, one file per version.

A new supplier, or a header that it renames, is a file: the readers know no supplier. A file says

- `supplier`, `kind` (of landing), `version`, `source` (where the header is known from), `fluid` unless a column tells;
- `extends`: the layout that this version changes, by name: columns are merged, its aliases come first;
- `recognised_by`: columns of ours without which a table is something else; `sheets`: names of the sheets, with `*`;
  `fingerprints`: of the headers known to the letter (`fingerprint`); `spans_two_lines`: labels above merged cells;
- `[columns.<ours>]`: `aliases` (matched without case, accent, space or punctuation; messages say the first), `type`,
  `mandatory`, `unit`, `sign = -1`, `values` (words of the file to ours), `combine` (`sum` or `join` of all the columns
  so named), `repeated` (an empty cell repeats the one above);
- `[computed.<ours>]`: where the cell is empty, `first` of some columns, or the sum of `plus` less `minus`;
- `credits = "positive"` when credits are, or may be, written without their sign;
- `kept_as_written`: columns kept in `extra`.
"""

import hashlib
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path
from typing import Any

from energy_pipeline.formats import grids, text
from energy_pipeline.settings import REFERENCE
from energy_pipeline.tables.columns import SLOTS
from energy_pipeline.tables.landing import TABLE_OF_KIND
from energy_pipeline.tables.supplier import FLUIDS

FOLDER = REFERENCE / "layouts"
FACTORS = {
    "": "1", "kWh": "1", "MWh": "1000", "Wh": "0.001", "EUR": "1", "c€": "0.01", "k€": "1000", "EUR/kWh": "1",
    "EUR/MWh": "0.001", "c€/kWh": "0.01", "kVA": "1", "kW": "1", "VA": "0.001", "W": "0.001", "m3": "1",
}  # fmt: skip
"""From the unit of a file to ours. A kW subscribed is a kVA at the cos φ of 1 by which it is billed."""
HELPERS: Mapping[str, frozenset[str]] = {
    "invoices": frozenset({"point"}),
    "sites": frozenset({"prm", "pce"}),
    "readings": frozenset({"index", "pce", *(f"index_{slot.lower()}" for slot in SLOTS)}),
}
"""Columns that a layout may name beside those of the table: the reader of the kind knows what to do with them."""
_REQUIRED = ("supplier", "kind", "version", "source", "recognised_by", "columns")
_WORDS = frozenset(
    {*_REQUIRED, "extends", "fluid", "sheets", "fingerprints", "spans_two_lines", "credits", "kept_as_written",
     "computed"}
)  # fmt: skip
_COLUMN_WORDS = frozenset({"aliases", "type", "mandatory", "unit", "sign", "values", "combine", "repeated"})
_FORMULA_WORDS = frozenset({"first", "plus", "minus"})


class LayoutError(Exception):
    """A layout that says what nobody understands; the message tells file and word."""


@dataclass(frozen=True)
class Formula:
    """How a column comes from others where its cell is empty: the first that is known, or a sum."""

    first: tuple[str, ...]
    plus: tuple[str, ...]
    minus: tuple[str, ...]


@dataclass(frozen=True)
class SupplierLayout:
    """A version of a supplier's export. `table` is what `grids` maps its header by."""

    name: str
    supplier: str
    kind: str
    fluid: str | None
    table: grids.Layout
    recognised_by: frozenset[str]
    sheets: tuple[str, ...]
    fingerprints: frozenset[str]
    computed: Mapping[str, Formula]
    may_lack_sign: bool

    def may_be_in(self, sheet: str) -> bool:
        """Whether a sheet of that name may hold it; the one table of a csv has no name."""
        plain = sheet.casefold().strip()
        return not (self.sheets and plain) or any(fnmatchcase(plain, pattern.casefold()) for pattern in self.sheets)


def fingerprint(header: Sequence[str]) -> str:
    """Return what a header is known by to the letter, whatever the order of its columns."""
    labels = sorted(filter(None, map(text.plain, header)))
    return hashlib.sha256("|".join(labels).encode()).hexdigest()[:12]


@cache
def supplier_layouts(folder: Path = FOLDER) -> tuple[SupplierLayout, ...]:
    """Return the layouts of a folder, by name; those of no supplier are left to their readers. Raises LayoutError."""
    written = {path.stem: _toml(path) for path in sorted(folder.glob("*.toml"))}
    chosen = {name: data for name, data in written.items() if data.keys() & {"supplier", "kind", "extends"}}
    return tuple(_layout(name, _extended(name, chosen)) for name in chosen)


@cache
def labels(column: str) -> Mapping[str, str]:
    """Return how each layout of FOLDER that reads the column of ours from one of its own calls it, by its name."""
    return {
        layout.name: field.label
        for layout in supplier_layouts()
        for field in layout.table.fields
        if field.name == column and not field.combine
    }


def _toml(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise LayoutError(f"{path.stem}: {error}") from error


def _extended(name: str, written: Mapping[str, dict[str, Any]], by: tuple[str, ...] = ()) -> dict[str, Any]:
    """Return what a file says over what the one that it extends does; `by`: the files that extend it, in order."""
    if name in by:
        raise LayoutError(f"{', which extends '.join((*by[by.index(name) :], name))}: a layout cannot extend itself")
    own = written[name]
    if "extends" not in own:
        return own
    if own["extends"] not in written:
        raise LayoutError(f"{name}: extends {own['extends']}, which does not exist")
    base = _extended(own["extends"], written, (*by, name))
    columns = dict(base.get("columns", {}))
    for column, entry in own.get("columns", {}).items():
        before = columns.get(column, {})
        columns[column] = {**before, **entry, "aliases": [*entry.get("aliases", ()), *before.get("aliases", ())]}
    known = [*base.get("kept_as_written", ()), *own.get("kept_as_written", ())]
    merged = {**{k: v for k, v in base.items() if k != "fingerprints"}, **own}
    return {**merged, "columns": columns, "kept_as_written": known}


def _check_words(name: str, data: Mapping[str, Any]) -> None:
    """Raise LayoutError for a word that is missing or misspelt: it would change what is read without a sound."""
    if missing := [word for word in _REQUIRED if not data.get(word)]:
        raise LayoutError(f"{name}: {', '.join(missing)} is missing")
    parts = [("the file", data, _WORDS)]
    parts += [(f"columns.{column}", entry, _COLUMN_WORDS) for column, entry in data["columns"].items()]
    parts += [(f"computed.{column}", entry, _FORMULA_WORDS) for column, entry in data.get("computed", {}).items()]
    for place, entry, known in parts:
        if unknown := sorted(entry.keys() - known):
            raise LayoutError(f"{name}: unknown word {', '.join(unknown)} in {place}")
    for column, entry in data["columns"].items():
        if not isinstance(entry.get("aliases"), list) or not entry["aliases"]:
            raise LayoutError(f"{name}: aliases of {column} must be a list of headers")
    if data.get("fluid", FLUIDS[0]) not in FLUIDS:
        raise LayoutError(f"{name}: unknown fluid {data['fluid']}")


def _layout(name: str, data: Mapping[str, Any]) -> SupplierLayout:
    _check_words(name, data)
    kind = data["kind"]
    if kind not in TABLE_OF_KIND:
        raise LayoutError(f"{name}: unknown kind {kind}")
    known = {*TABLE_OF_KIND[kind].column_names, *HELPERS.get(kind, ())}
    computed = {
        column: Formula(*(tuple(entry.get(part, ())) for part in ("first", "plus", "minus")))
        for column, entry in data.get("computed", {}).items()
    }
    used = {column for one in computed.values() for column in (*one.first, *one.plus, *one.minus)}
    words = {*data["columns"], *computed, *used, *data["recognised_by"]}
    if unknown := sorted(words - known):
        raise LayoutError(f"{name}: {kind} has no column {', '.join(unknown)}")
    table = grids.Layout(
        str(data["version"]),
        tuple(_field(name, column, entry) for column, entry in data["columns"].items()),
        frozenset(map(text.plain, data.get("kept_as_written", ()))),
        data.get("spans_two_lines", False),
    )
    return SupplierLayout(
        name=name,
        supplier=data["supplier"],
        kind=kind,
        fluid=data.get("fluid"),
        table=table,
        recognised_by=frozenset(data["recognised_by"]),
        sheets=tuple(data.get("sheets", ())),
        fingerprints=frozenset(data.get("fingerprints", ())),
        computed=computed,
        may_lack_sign=data.get("credits") == "positive",
    )


def _field(name: str, column: str, entry: Mapping[str, Any]) -> grids.Field:
    unit, kind, combine = entry.get("unit", ""), entry.get("type", "text"), entry.get("combine", "")
    if unit not in FACTORS:
        raise LayoutError(f"{name}: unknown unit {unit} of {column}")
    if kind not in grids.TYPES:
        raise LayoutError(f"{name}: unknown type {kind} of {column}")
    if combine not in ("", "sum", "join"):
        raise LayoutError(f"{name}: unknown combine {combine} of {column}")
    return grids.Field(
        column,
        kind,
        frozenset(map(text.plain, entry["aliases"])),
        entry.get("mandatory", False),
        entry["aliases"][0],
        Decimal(FACTORS[unit]) * int(entry.get("sign", 1)),
        combine,
        {text.plain(word): ours for word, ours in entry.get("values", {}).items()},
        entry.get("repeated", False),
    )
