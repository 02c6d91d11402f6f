"""What the readers of suppliers' exports share: the sheet being read, computed columns, energy and point of a row."""

import re
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from energy_pipeline.formats import values
from energy_pipeline.formats.grids import Mapped, Sheet
from energy_pipeline.formats.model import BadFile, Note, Row
from energy_pipeline.formats.supplier_layout import SupplierLayout
from energy_pipeline.formats.text import plain
from energy_pipeline.tables.landing import TABLE_OF_KIND

_POINT = re.compile(r"(?:(?:pdl|prm|pce|rae|point)[^0-9]*)?(\d(?:[ \u00a0]?\d){7,13})", re.IGNORECASE)
_NAMED_POINT = re.compile(r"(?<!\d)(\d{14})(?!\d)|(?:PCE|PDL|PRM)[ _-]?(\d{8,14})(?!\d)", re.IGNORECASE)
_YEAR = re.compile(r"(?<!\d)(20\d\d)(?!\d)")
_BILLED = ("consumption_kwh", *(f"consumption_{register}_kwh" for register in ("hp", "hc", "hpb", "hcb")), "volume_m3")
_GAS_WORD = re.compile(r"\bga[zs]|gazpar|\bT[1-4P]\b", re.IGNORECASE)


@dataclass(frozen=True)
class Export:
    """A sheet being read: where it is, how it is laid out, and what was noticed in it so far (state)."""

    name: str
    received_on: date
    sheet: Sheet
    layout: SupplierLayout
    mapped: Mapped
    notes: list[Note]

    def note(self, message: str, line: int, value: str | None = None) -> None:
        """Keep what was noticed at a line."""
        self.notes.append(Note(message, line, value, "supplier_file_note"))

    @cached_property
    def columns(self) -> frozenset[str]:
        """The columns of the table that the rows go to."""
        return frozenset(TABLE_OF_KIND[self.layout.kind].column_names)

    @cached_property
    def title(self) -> list[str]:
        """The cells above the header, then the names of sheet and file: what the rows do not repeat."""
        above = [cell for line in self.sheet.lines[: self.mapped.line - 1] for cell in line if cell]
        return [*above, self.sheet.name, self.name]

    @cached_property
    def point(self) -> str | None:
        """The one point that the whole sheet is about: a cell of the title that is its number, or the file's name."""
        found = {match[1] for cell in self.title[:-2] if (match := _POINT.fullmatch(cell.strip()))}
        for cell in self.title[-2:] if not found else ():
            found |= {one or other for one, other in _NAMED_POINT.findall(cell)}
        return re.sub(r"\D", "", found.pop()) if len(found) == 1 else None

    @cached_property
    def year(self) -> int | None:
        """The one year that title and names tell."""
        found = set(_YEAR.findall(" ".join(self.title)))
        return int(found.pop()) if len(found) == 1 else None

    @cached_property
    def fluid(self) -> str | None:
        """The energy of the layout, else gas when the title says so."""
        return self.layout.fluid or ("gas" if any(map(_GAS_WORD.search, self.title)) else None)


def computed(row: Row, layout: SupplierLayout) -> Row:
    """Return the row with its computed columns filled where the file leaves them empty, and its credits negative.

    Where a supplier may write credits without their sign, the total of the row tells which sign it wrote.
    """
    total = next((row[name] for name in ("total_incl_vat_eur", "total_excl_vat_eur") if row.get(name) is not None), 0)
    is_credit = layout.may_lack_sign and re.search("avoir|annul", plain(row.get("detail_type") or ""))
    if is_credit and total > 0:
        amounts = [name for name in row if name.endswith("_eur") or name in _BILLED]
        row |= {name: -row[name] for name in amounts if row[name] is not None}
    for column, formula in layout.computed.items():
        if row.get(column) is not None:
            continue
        if formula.first:
            row[column] = next((row[name] for name in formula.first if row.get(name) is not None), None)
        elif parts := [row[name] for name in formula.plus if row.get(name) is not None]:
            less = [row[name] for name in formula.minus if row.get(name) is not None]
            row[column] = sum(parts[1:], parts[0]) - sum(less, type(parts[0])(0))
    return row


def fluid_of(written: str | None, segment: str | None, export: Export, line: int) -> str:
    """Return the energy of a row: as written, else by its segment, else that of the sheet. Raises BadFile."""
    word = plain(written or "")
    if word.startswith("elec"):
        return "electricity"
    if word.startswith("gaz") or word == "gas":
        return "gas"
    if word:
        raise BadFile("Énergie inconnue : électricité ou gaz attendu.", line, export.mapped.label("fluid"), written)
    if segment and re.fullmatch(r"T[1-4P]", segment.strip(), re.IGNORECASE):
        return "gas"
    return export.fluid or "electricity"


def point_of(written: str | None, fluid: str, export: Export, line: int, column: str) -> str | None:
    """Return the point of a row, else that of the sheet; a PRM has 14 digits. Raises BadFile."""
    if not written or not re.search(r"\d", written):
        return export.point
    return (
        values.prm(written, line, export.mapped.label(column)) if fluid == "electricity" else values.unquoted(written)
    )


def finish(row: Row, export: Export, line: int) -> Row:
    """Return the row with what all rows bear, and only the columns of its table."""
    read = {"line": line, "sheet": export.sheet.name or None, "layout": export.layout.name}
    whole = {"supplier": export.layout.supplier} | row | read
    return {name: value for name, value in whole.items() if name in export.columns}
