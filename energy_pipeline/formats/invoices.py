"""Suppliers' exports of invoices, electricity and gas: one row per detail of an invoice."""

from energy_pipeline.formats.model import BadFile, Row
from energy_pipeline.formats.supplier_rows import Export, fluid_of, point_of

TITLE_OF_POINT = {"electricity": "prm", "gas": "pce"}


def finished(export: Export, line: int, row: Row) -> list[Row]:
    """Return the row with its energy and its point; a detail without identifier takes its point as one. Raises BadFile.

    A line with neither invoice nor point is a total: left out, with a note.
    """
    row["fluid"] = fluid_of(row.get("fluid"), row.get("segment"), export, line)
    if "point" in row:
        row[TITLE_OF_POINT[row["fluid"]]] = point_of(row.pop("point"), row["fluid"], export, line, "point")
    point = row.get("prm") or row.get("pce")
    if row["invoice_number"] is None:
        if point is not None:
            raise BadFile("Numéro de facture absent.", line, export.mapped.label("invoice_number"), "")
        export.note("Ligne sans facture ni point de livraison (total ?) : ignorée.", line)
        return []
    row["detail_id"] = row.get("detail_id") or point
    if row["detail_id"] is None:
        column = next(name for name in ("prm", "pce", "point") if name in export.mapped.places)
        raise BadFile("Ni identifiant de détail ni point de livraison.", line, export.mapped.label(column), "")
    return [row]
