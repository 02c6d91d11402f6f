"""Group `reconciliation`: what does not agree, and the euros to claim. Month partitions."""

from datetime import date

import dagster as dg
import duckdb
import polars as pl

from assets.allocation import indicators
from assets.invoices import invoices
from assets.partitions import MONTHS, month_of
from assets.resources import Warehouse
from energy_pipeline import warehouse
from energy_pipeline.reconciliation import reconcile_month
from energy_pipeline.tables import computed, marts


def _inputs(connection: duckdb.DuckDBPyConnection, month: date) -> dict[str, dict[str, pl.DataFrame]]:
    landed = {
        name: warehouse.query(connection, f"SELECT * FROM staging.{name}")
        for name in ("energy", "exchange", "synthesis", "invoice_row", "site_row", "price", "note")
    }
    landed["file"] = warehouse.query(connection, "SELECT * FROM landing.file")
    made = {
        table.name: warehouse.query(connection, f"SELECT * FROM {table.qualified_name}") for table in computed.TABLES
    }
    known = {
        table.name: warehouse.query(connection, f"SELECT * FROM {table.qualified_name}")
        for table in (marts.OPERATION, marts.PARTICIPANT, marts.SITE, marts.CONSUMER_MONTH)
    }
    return {"landed": landed, "computed": made, "marts": known}


@dg.asset(
    group_name="reconciliation",
    kinds={"polars", "duckdb"},
    deps=[indicators, invoices],
    partitions_def=MONTHS,
    backfill_policy=dg.BackfillPolicy.single_run(),
    owners=["team:exploitation"],
)
def findings(context: dg.AssetExecutionContext, database: Warehouse) -> dg.MaterializeResult:
    """Each bill beside the curves, each published figure beside ours: verdicts, findings, euros."""
    rows = 0
    with database.get_connection() as connection:
        for month in map(month_of, context.partition_keys):
            made = reconcile_month(**_inputs(connection, month), month=month)
            with warehouse.transaction(connection):
                warehouse.replace(
                    connection, marts.INVOICE_RECONCILIATION, made.invoice_reconciliation, {"month": month}
                )
                warehouse.replace(connection, marts.SAVING_MONTH, made.saving_month, {"month": month})
                rows += warehouse.replace(connection, marts.FINDING, made.finding, {"month": month})
    return dg.MaterializeResult(metadata={"dagster/row_count": rows})
