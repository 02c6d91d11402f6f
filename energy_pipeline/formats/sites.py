"""Suppliers' lists of sites (fichier périmètre, the portal's table, contracts): a row per point."""

from energy_pipeline.formats import names, values
from energy_pipeline.formats.model import Row
from energy_pipeline.formats.supplier_rows import Export, fluid_of


def finished(export: Export, line: int, row: Row) -> list[Row]:
    """Return the row with its energy, its point and the day of the list; none without a point. Raises BadFile."""
    prm, pce = row.pop("prm", None), row.pop("pce", None)
    if row.get("site_id") is None:
        row["site_id"] = prm or pce
    if row["site_id"] is None:
        export.note("Ligne sans point de comptage : ignorée.", line)
        return []
    written = row.get("fluid") or ("gaz" if pce and not prm else None)
    row["fluid"] = fluid_of(written, row.get("segment"), export, line)
    if row["fluid"] == "electricity":
        column = "site_id" if "site_id" in export.mapped.places else "prm"
        row["site_id"] = values.prm(row["site_id"], line, export.mapped.label(column))
    row["listed_on"] = names.parse(export.name).declared_on or export.received_on
    return [row]
