"""Tables of the supplier's portal: invoices (bilan de facturation, suivi par compteur) and technical requests."""

import re

from energy_pipeline.formats.model import Row
from energy_pipeline.formats.supplier_rows import Export, fluid_of, point_of


def finished_invoice(export: Export, line: int, row: Row) -> list[Row]:
    """Return the row of an invoice, its number without the `.pdf` of the link; a line without number is a total."""
    number = re.sub(r"\.pdf$", "", row.get("invoice_number") or "", flags=re.IGNORECASE)
    if not number:
        export.note("Ligne sans numéro de facture (total ?) : ignorée.", line)
        return []
    fluid = fluid_of(row.get("fluid"), None, export, line) if row.get("fluid") or export.fluid else None
    site = point_of(row.get("site_id"), fluid or "gas", export, line, "site_id")
    return [row | {"invoice_number": number, "fluid": fluid, "site_id": site}]


def finished_request(export: Export, line: int, row: Row) -> list[Row]:
    """Return the row of a request; « / » stands for a point that does not exist yet."""
    if not row.get("request_id"):
        export.note("Ligne sans référence de demande : ignorée.", line)
        return []
    return [row]
