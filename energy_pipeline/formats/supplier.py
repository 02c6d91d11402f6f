"""Suppliers' exports, xlsx or csv: which layout each sheet has, and its rows. No supplier is named here."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from energy_pipeline.formats import annual_sites, grids, invoices, portal, readings, sites
from energy_pipeline.formats.grids import Mapped, Sheet
from energy_pipeline.formats.model import BadFile, Note, Reading, Row
from energy_pipeline.formats.supplier_layout import SupplierLayout, fingerprint, supplier_layouts
from energy_pipeline.formats.supplier_rows import Export, computed, finish

Layouts = Sequence[SupplierLayout]
FINISHERS: Mapping[str, Callable[[Export, int, Row], list[Row]]] = {
    "invoices": invoices.finished,
    "sites": sites.finished,
    "annual_sites": annual_sites.finished,
    "portal_invoices": portal.finished_invoice,
    "readings": readings.finished,
    "technical_requests": portal.finished_request,
}
"""What each kind makes of a line; of a file that holds several kinds, the first here names it."""
_ENOUGH_COLUMNS = 8
_NEAR_COLUMNS = 3
_TABLE_CELLS = 5


@dataclass(frozen=True)
class Found:
    """A sheet, the layout that suits it best, and its header."""

    sheet: Sheet
    layout: SupplierLayout
    mapped: Mapped


def find(sheets: Sequence[Sheet], layouts: Layouts | None = None) -> list[Found]:
    """Return each sheet that looks like an export of a known layout, those of the file's kind first.

    A layout suits when the header names the columns it is recognised by, or so many others that those lack by mistake.
    """
    known = supplier_layouts() if layouts is None else layouts
    best = [one for sheet in sheets if (one := _best(sheet, known))]
    order = list(FINISHERS)
    return sorted(best, key=lambda one: order.index(one.layout.kind))


def _best(sheet: Sheet, layouts: Layouts) -> Found | None:
    suited = []
    for layout in layouts:
        if not layout.may_be_in(sheet.name):
            continue
        mapped = grids.map_header(sheet.lines, layout.table)
        if mapped and _suits(layout, mapped):
            is_exact = fingerprint(mapped.header) in layout.fingerprints
            rank = (bool(layout.sheets), is_exact, len(mapped.places), layout.name)
            suited.append((rank, Found(sheet, layout, mapped)))
    return max(suited, key=lambda one: one[0])[1] if suited else None


def _suits(layout: SupplierLayout, mapped: Mapped) -> bool:
    if layout.recognised_by <= mapped.places.keys():
        return True
    mandatory = {one.name for one in layout.table.fields if one.is_mandatory}
    half = len(mandatory) / 2
    return len(mapped.places) >= _ENOUGH_COLUMNS and len(mandatory & mapped.places.keys()) >= half


def nearest(sheets: Sequence[Sheet], layouts: Layouts | None = None) -> Found | None:
    """Return, of sheets that no layout suits, the one that has most of what some layout must have; None for too few."""
    known = supplier_layouts() if layouts is None else layouts
    near = [
        Found(sheet, layout, mapped)
        for sheet in sheets
        for layout in known
        if (mapped := grids.map_header(sheet.lines, layout.table)) and len(mapped.places) >= _NEAR_COLUMNS
    ]
    return max(near, key=lambda one: (len(one.mapped.places), -len(lacking(one)), one.layout.name), default=None)


def lacking(found: Found) -> list[str]:
    """Return the labels of the columns that the header has not, of those that the layout must have."""
    return [
        one.label
        for one in found.layout.table.fields
        if (one.is_mandatory or one.name in found.layout.recognised_by) and one.name not in found.mapped.places
    ]


def kind_of(sheets: Sequence[Sheet], layouts: Layouts | None = None) -> str | None:
    """Return the kind of a supplier's export, None when it is none."""
    found = find(sheets, layouts)
    return found[0].layout.kind if found else None


def read(name: str, content: bytes, received_on: date, layouts: Layouts | None = None) -> Reading:
    """Read an export: one Reading, and in its `others` the rows of further kinds of the same workbook. Raises BadFile.

    Columns that no layout names are kept in `extra` and noted once a sheet; rows that repeat another are dropped with
    a note. A list of sites bears the day in its name, else `received_on`.
    """
    book = grids.sheets_of(content)
    found = find(book, layouts)
    if not found:
        raise BadFile("Aucune feuille ne porte les colonnes d'un export connu de fournisseur.")
    by_kind: dict[str, tuple[list[Row], list[Note]]] = {}
    for one in found:
        rows, notes = by_kind.setdefault(one.layout.kind, ([], []))
        _read_sheet(one, name, received_on, rows, notes)
    main, *others = (Reading(kind, rows, notes=tuple(notes)) for kind, (rows, notes) in by_kind.items())
    if not main.rows:
        raise BadFile("Le fichier ne contient aucune ligne.", found[0].mapped.line)
    read_sheets = {one.sheet.name for one in found}
    left = [sheet.name for sheet in book if sheet.name not in read_sheets and _looks_like_a_table(sheet)]
    unread = [
        Note(f"Feuille non reconnue, ignorée : {sheet}.", value=sheet, check_name="unknown_columns") for sheet in left
    ]
    return Reading(main.kind, main.rows, notes=(*main.notes, *unread), others=tuple(others))


def _looks_like_a_table(sheet: Sheet) -> bool:
    return sum(sum(map(bool, line)) >= _TABLE_CELLS for line in sheet.lines) > 1


def _read_sheet(one: Found, name: str, received_on: date, rows: list[Row], notes: list[Note]) -> None:
    mapped = grids.require_mandatory(one.mapped, one.layout.table)
    export = Export(name, received_on, one.sheet, one.layout, mapped, notes)
    notes.extend(grids.unknown_columns(mapped, one.layout.table))
    seen: set[tuple[object, ...]] = set()
    for line, written, extra in grids.records(one.sheet, mapped, one.layout.table):
        row = computed(written, one.layout)
        row["extra"] = grids.as_json(extra)
        for made in FINISHERS[one.layout.kind](export, line, row):
            content = tuple(made.values())
            if content in seen:
                export.note("Ligne en double, identique à une autre : ignorée.", line)
                continue
            seen.add(content)
            rows.append(finish(made, export, line))
