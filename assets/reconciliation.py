"""Group `reconciliation`: what does not agree, and the euros to claim. Month partitions."""

from datetime import date

import dagster as dg
import duckdb
import polars as pl

from assets import reduction
from assets.allocation import indicators
from assets.batches import batches
from assets.invoices import invoices
from assets.metadata import described
from assets.partitions import MONTHS, months_of_run
from assets.resources import Warehouse
from energy_pipeline import warehouse
from energy_pipeline.bill_checks import bill_findings, check_bills
from energy_pipeline.follow_up import consent_issues
from energy_pipeline.invoices import latest_details, with_registers
from energy_pipeline.metering import republications
from energy_pipeline.reconciliation import (
    Reconciled,
    conclude,
    perimeter_issues,
    periods_needed,
    surplus_revenue,
    timeline,
)
from energy_pipeline.reconciliation.republications import republished_issues
from energy_pipeline.tables import computed, marts, money_marts

Frames = dict[str, pl.DataFrame]


def _landed(connection: duckdb.DuckDBPyConnection, month: date) -> Frames:
    frames = {
        name: warehouse.query(
            connection, f"SELECT * FROM staging.{name} WHERE date_trunc('month', period_end) = $month", month=month
        )
        for name in ("energy", "exchange", "synthesis")
    }
    frames |= {
        name: warehouse.query(connection, f"SELECT * FROM staging.{name}")
        for name in ("invoice_row", "site_row", "price", "note", "participant", "perimeter")
    }
    readings = warehouse.query(connection, "SELECT * FROM staging.reading")
    frames["invoice_row"] = with_registers(frames["invoice_row"], readings)
    return frames | {"file": warehouse.query(connection, "SELECT * FROM landing.file")}


def _known(connection: duckdb.DuckDBPyConnection) -> Frames:
    tables = (marts.OPERATION, marts.PARTICIPANT, marts.SITE, marts.CONSENT)
    return {table.name: warehouse.query(connection, f"SELECT * FROM {table.qualified_name}") for table in tables}


def _computed(connection: duckdb.DuckDBPyConnection, landed: Frames, known: Frames, month: date) -> Frames:
    """Read what was computed but for the curves; add what perimeters, authorisations and versions of curves show."""
    tables = (
        computed.OPERATION_PERIOD, computed.EXCHANGE, computed.SLOT_ENERGY, computed.ISSUE, marts.SPLIT_EXPLANATION
    )  # fmt: skip
    frames = {table.name: warehouse.query(connection, f"SELECT * FROM {table.qualified_name}") for table in tables}
    periods = frames["operation_period"].filter(pl.col("month") == month)
    life = perimeter_issues(
        known["operation"], known["participant"], landed["participant"], landed["perimeter"], periods
    )
    signed = consent_issues(known["consent"], known["participant"], periods)
    again = republished_issues(_changes(connection, periods), landed["price"])
    return frames | {"issue": pl.concat([frames["issue"], life, signed, again])}


def _changes(connection: duckdb.DuckDBPyConnection, periods: pl.DataFrame) -> pl.DataFrame:
    """Return what the curves of these periods that were published several times said first, and say now."""
    connection.register("periods_of_month", periods.select("operation_id", "period_start", "period_end").to_arrow())
    files = warehouse.run(connection, "staging/files_published_again")
    connection.unregister("periods_of_month")
    connection.register("files_published_again", files.to_arrow())
    found = [
        republications.changes(
            warehouse.run(connection, "staging/curves_published_again", ids=ids),
            periods.filter(pl.col("operation_id").is_in(ids)),
        )
        for ids in batches(files["operation_id"].unique().sort().to_list(), "Courbes republiées")
    ]
    connection.unregister("files_published_again")
    return pl.concat([pl.DataFrame(schema=republications.CHANGES_SCHEMA), *found])


def _reconcile(connection: duckdb.DuckDBPyConnection, month: date) -> tuple[Reconciled, pl.DataFrame]:
    """Return what the curves conclude, and each check of each bill (marts.bill_check)."""
    landed, known = _landed(connection, month), _known(connection)
    computed_frames = _computed(connection, landed, known, month)
    details, _ = latest_details(landed["invoice_row"])
    needed = periods_needed(details, computed_frames["operation_period"], known["participant"], month)
    reduction.keep_lacking(connection, needed)
    concluded = conclude(landed, computed_frames, known, reduction.kept(connection, needed), month)
    return concluded, check_bills(details, known["site"], month, concluded.invoice_reconciliation)


@dg.asset(
    group_name="reconciliation",
    kinds={"polars", "duckdb"},
    deps=[indicators, invoices],
    partitions_def=MONTHS,
    backfill_policy=dg.BackfillPolicy.single_run(),
    owners=["team:exploitation"],
    metadata=described(
        marts.FINDING,
        marts.INVOICE_RECONCILIATION,
        marts.INVOICE_SLOT_RECONCILIATION,
        marts.BILL_CHECK,
        marts.SAVING_MONTH,
        *money_marts.MONEY_MARTS,
    ),
)
def findings(context: dg.AssetExecutionContext, database: Warehouse) -> dg.MaterializeResult:
    """Each bill beside the curves, each published figure beside ours: verdicts, findings, euros to claim and saved."""
    rows = 0
    with database.get_connection() as connection:
        prices = timeline(warehouse.query(connection, "SELECT * FROM staging.price"))
        for month in months_of_run(context):
            made, checked = _reconcile(connection, month)
            found = pl.concat([made.finding, bill_findings(checked, made.invoice_reconciliation)])
            earned = surplus_revenue(warehouse.run(connection, "staging/daily_surplus", month=month), prices)
            where = {"month": month}
            with warehouse.transaction(connection):
                warehouse.replace(connection, marts.BILL_CHECK, checked, where)
                warehouse.replace(connection, marts.INVOICE_RECONCILIATION, made.invoice_reconciliation, where)
                warehouse.replace(
                    connection, marts.INVOICE_SLOT_RECONCILIATION, made.invoice_slot_reconciliation, where
                )
                warehouse.replace(connection, marts.SAVING_MONTH, made.saving_month, where)
                warehouse.replace(connection, money_marts.SURPLUS_MONTH, earned, where)
                rows += warehouse.replace(connection, marts.FINDING, found, where)
        with warehouse.transaction(connection):
            for table in money_marts.OF_ALL_MONTHS:
                warehouse.fill(connection, table, f"marts/{table.name}")
    return dg.MaterializeResult(metadata={"dagster/row_count": rows})
