"""TotalEnergies Direct View, electricity: one row per detail of an invoice, 70 columns, xlsx or csv."""

from energy_pipeline.formats import grids
from energy_pipeline.formats.grids import Mapped, Sheet
from energy_pipeline.formats.model import BadFile, Note, Reading, Row

KIND = "invoices"
SUPPLIER = "TotalEnergies"
LAYOUT = "direct_view"


def find(sheets: list[Sheet]) -> tuple[Sheet, Mapped] | None:
    """Return the sheet and header that look like invoices (a number, a PDL, an amount), or None."""
    wanted = grids.layout(LAYOUT)
    for sheet in sheets:
        mapped = grids.map_header(sheet.lines, wanted)
        if mapped and "invoice_number" in mapped.places and len(mapped.places) >= 8:
            return sheet, mapped
    return None


def read(name: str, content: bytes) -> Reading:
    """Read an export of invoices; columns that no table names are kept in `extra`. Raises BadFile.

    A detail without identifier takes its line's PRM as one. Rows that repeat another are dropped with a note.
    """
    wanted = grids.layout(LAYOUT)
    found = find(grids.sheets_of(content))
    if found is None:
        raise BadFile("Aucune feuille ne porte les colonnes d'un export de factures (NUM FACTURE, PDL/PRM…).")
    sheet, mapped = found[0], grids.require_mandatory(found[1], wanted)
    notes = grids.unknown_columns(mapped, wanted)
    rows: list[Row] = []
    seen: set[tuple[object, ...]] = set()
    for line, row, extra in grids.records(sheet, mapped, wanted):
        if row["invoice_number"] is None:
            if row["prm"] is not None:
                raise BadFile("Numéro de facture absent.", line, mapped.header[mapped.places["invoice_number"]], "")
            notes.append(Note("Ligne sans facture ni point de livraison (total ?) : ignorée.", line))
            continue
        row["detail_id"] = row.get("detail_id") or row["prm"]
        if row["detail_id"] is None:
            raise BadFile("Ni identifiant de détail ni PRM.", line, mapped.header[mapped.places["prm"]], "")
        row["extra"] = grids.as_json(extra)
        content_of_row = tuple(row.values())
        if content_of_row in seen:
            notes.append(Note("Ligne en double, identique à une autre : ignorée.", line, row["invoice_number"]))
            continue
        seen.add(content_of_row)
        rows.append(row | {"line": line, "supplier": SUPPLIER})
    if not rows:
        raise BadFile("Le fichier ne contient aucune ligne de facture.", mapped.line)
    return Reading(KIND, rows, notes=tuple(notes))
