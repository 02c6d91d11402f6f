"""Group `invoices`: sites and invoices of the suppliers. Here belongs what the whole history of exports gives."""

import dagster as dg

from assets.landing import files
from assets.metadata import described
from assets.resources import Warehouse
from energy_pipeline import invoices as domain
from energy_pipeline import warehouse
from energy_pipeline.tables import marts
from energy_pipeline.tables.supplier_marts import SUPPLIER_MARTS


@dg.asset(
    group_name="invoices",
    kinds={"polars", "duckdb"},
    deps=[files],
    owners=["team:exploitation"],
    metadata=described(marts.INVOICE, marts.INVOICE_LINE, marts.SITE, marts.PRICE, *SUPPLIER_MARTS),
)
def invoices(database: Warehouse) -> dg.MaterializeResult:
    """Sites and their history, invoices and their components, prices, readings; of a statement repeated, the latest."""
    with database.get_connection() as connection:
        details, _ = domain.latest_details(warehouse.query(connection, "SELECT * FROM staging.invoice_row"))
        listed = domain.sites(warehouse.query(connection, "SELECT * FROM staging.site_row"))
        made = domain.invoices(details)
        lines = domain.invoice_lines(details)
        with warehouse.transaction(connection):
            warehouse.replace(connection, marts.SITE, listed)
            warehouse.replace(connection, marts.INVOICE, made)
            warehouse.replace(connection, marts.INVOICE_LINE, lines)
            warehouse.fill(connection, marts.PRICE, "marts/price")
            for table in SUPPLIER_MARTS:
                warehouse.fill(connection, table, f"marts/{table.name}")
    return dg.MaterializeResult(
        metadata={"dagster/row_count": made.height, "lignes de factures": lines.height, "sites": listed.height}
    )
