"""The supplier's yearly sheet (feuillet de gestion annuel): consumption and cost items, site by site."""

from energy_pipeline.formats.model import Row
from energy_pipeline.formats.supplier_rows import Export, fluid_of, point_of


def finished(export: Export, line: int, row: Row) -> list[Row]:
    """Return the row with its energy, its point and its year; a line without point is a total. Raises BadFile."""
    row["fluid"] = fluid_of(row.get("fluid"), row.get("segment"), export, line)
    written = row.get("site_id")
    if not written:
        export.note("Ligne sans point de comptage (total ?) : ignorée.", line)
        return []
    row["site_id"] = point_of(written, row["fluid"], export, line, "site_id")
    row["year"] = row.get("year") or export.year
    return [row]
