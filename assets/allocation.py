"""Group `allocation`: the split of the production, recomputed, and the indicators. Month partitions."""

from collections.abc import Iterator
from datetime import date

import dagster as dg
import duckdb
import polars as pl

from assets import reduction
from assets.batches import ahead, batches
from assets.metadata import described, lineage
from assets.metering import perimeter
from assets.partitions import MONTHS, months_of_run
from assets.resources import Warehouse
from energy_pipeline import program, warehouse
from energy_pipeline.allocation import Computed, compute
from energy_pipeline.reconciliation import Reduced, reduce_curves
from energy_pipeline.tables import computed, landing, marts, schemas
from energy_pipeline.tables.reductions import REDUCED, REDUCTIONS

MONTHLY = (
    marts.CONSUMER_MONTH,
    marts.PRODUCER_MONTH,
    marts.CONSUMER_SLOT_MONTH,
    marts.EXCHANGE_MONTH,
    marts.OPERATION_MONTH,
)

FROM_CURVES = {
    "consumption_kwh": ("measured_w",),
    "production_kwh": ("measured_w",),
    "self_consumption_kwh": ("self_consumption_w",),
    "complement_kwh": ("remainder_w",),
    "surplus_kwh": ("remainder_w",),
    "self_consumption_rate": ("self_consumption_w", "measured_w"),
    "self_production_rate": ("self_consumption_w", "measured_w"),
    "coverage_rate": ("measured_w",),
    "published_self_consumption_kwh": ("published_self_consumption_w",),
    "published_complement_kwh": ("published_remainder_w",),
    "published_surplus_kwh": ("published_remainder_w",),
}
"""Columns of marts.operation_month that are made of the curves, and of which of theirs."""


def _inputs(connection: duckdb.DuckDBPyConnection, month: date, operations: list[str]) -> dict[str, pl.DataFrame]:
    inputs = {
        name: warehouse.query(connection, f"SELECT * FROM staging.{name} WHERE operation_id IN $ids", ids=operations)
        for name in ("energy", "perimeter", "operation", "participant", "dynamic_key")
    }
    inputs["curve"] = warehouse.run(connection, "staging/curves_around_month", month=month, ids=operations)
    inputs["file"] = warehouse.query(
        connection, "SELECT * FROM landing.file WHERE operation_id IN $ids", ids=operations
    )
    inputs["site_row"] = warehouse.query(connection, "SELECT * FROM staging.site_row")
    return inputs


def _to_compute(connection: duckdb.DuckDBPyConnection, month: date) -> tuple[pl.DataFrame, list[str]]:
    """Return the operations whose inputs changed since their split was computed, as computed.input; and the others."""
    now = warehouse.run(connection, "staging/allocation_inputs", month=month, program=program.digest())
    known = warehouse.query(
        connection, "SELECT operation_id, digest FROM computed.input WHERE month = $month", month=month
    )
    changed = now.join(known, on=["operation_id", "digest"], how="anti").sort("operation_id")
    others = now.join(changed, on="operation_id", how="anti")["operation_id"].to_list()
    return changed.with_columns(month=pl.lit(month)), others


def _computed(
    connection: duckdb.DuckDBPyConnection, month: date, ids: list[str], operations: pl.DataFrame, stays: pl.DataFrame
) -> Iterator[tuple[Computed, Reduced]]:
    """Yield the split of operations in a month, and what their curves reduce to, batch by batch."""
    for batch in batches(ids, f"Répartition {month:%m/%Y}"):
        made = compute(_inputs(connection, month, batch), operations, stays, month)
        yield made, reduce_curves(made.operation_period, made.curve, made.slot_energy)


def _forget(connection: duckdb.DuckDBPyConnection, month: date, others: list[str]) -> None:
    """Delete what was computed of the month, but for the operations in `others`."""
    kept = {"month": month, "others": others}
    for table in (computed.CURVE, computed.EXCHANGE, computed.SLOT_ENERGY, *REDUCTIONS, REDUCED):
        connection.execute(
            f"DELETE FROM {table.qualified_name} AS row USING computed.operation_period AS period "
            "WHERE period.operation_id = row.operation_id AND period.period_start = row.period_start "
            "AND period.month = $month AND period.operation_id NOT IN $others",
            kept,
        )
    for table, its_month in (
        (computed.ISSUE, "date_trunc('month', period_end)"), (computed.OPERATION_PERIOD, "month"),
        (computed.INPUT, "month"), (marts.EXCHANGE_CURVE, "month"), (marts.SPLIT_EXPLANATION, "month"),
    ):  # fmt: skip
        connection.execute(
            f"DELETE FROM {table.qualified_name} WHERE {its_month} = $month AND operation_id NOT IN $others", kept
        )


@dg.asset(
    group_name="allocation",
    kinds={"polars", "duckdb"},
    deps=[perimeter],
    partitions_def=MONTHS,
    backfill_policy=dg.BackfillPolicy.single_run(),
    owners=["team:exploitation"],
    metadata=described(
        computed.CURVE,
        computed.OPERATION_PERIOD,
        computed.EXCHANGE,
        computed.SLOT_ENERGY,
        *REDUCTIONS,
        computed.ISSUE,
        computed.INPUT,
        marts.EXCHANGE_CURVE,
        marts.SPLIT_EXPLANATION,
    ),
)
def allocation(context: dg.AssetExecutionContext, database: Warehouse) -> dg.MaterializeResult:
    """The split of Annexe 7, recomputed at each step from consumption, production and keys; dense arrays.

    Of a month, only the operations of which an input changed are computed again.
    """
    again = 0
    with database.get_connection() as connection:
        operations = warehouse.query(connection, "SELECT * FROM marts.operation")
        stays = warehouse.query(connection, "SELECT * FROM marts.participant")
        to_compute = {}
        # All months are forgotten before any is computed: a period that now ends in another month begins on the same
        # day, by which the rows are known.
        for month in months_of_run(context):
            with warehouse.transaction(connection):
                pending = schemas.frame(landing.PENDING_MONTH, [{"month": month}])
                warehouse.replace(connection, landing.PENDING_MONTH, pending, {"month": month})
                to_compute[month], others = _to_compute(connection, month)
                _forget(connection, month, others)
        for month, changed in to_compute.items():
            with warehouse.beside(connection) as reader, warehouse.transaction(connection):
                warehouse.insert(connection, computed.INPUT, changed)
                for made, reduced in ahead(
                    _computed(reader, month, changed["operation_id"].to_list(), operations, stays)
                ):
                    warehouse.insert(connection, computed.OPERATION_PERIOD, made.operation_period)
                    warehouse.insert(connection, computed.CURVE, made.curve)
                    warehouse.insert(connection, computed.EXCHANGE, made.exchange)
                    warehouse.insert(connection, computed.SLOT_ENERGY, made.slot_energy)
                    warehouse.insert(connection, marts.EXCHANGE_CURVE, made.exchange_curve)
                    warehouse.insert(connection, marts.SPLIT_EXPLANATION, made.split_explanation)
                    warehouse.insert(connection, computed.ISSUE, made.issues)
                    reduction.keep(connection, made.operation_period, reduced)
                    context.log.info("%s: %d periods computed", month, made.operation_period.height)
            again += changed.height
        rows = warehouse.query(connection, "SELECT count(*) AS rows FROM computed.curve").item()
    return dg.MaterializeResult(metadata={"dagster/row_count": rows, "opérations recalculées": again})


@dg.asset(
    group_name="allocation",
    kinds={"duckdb", "sql"},
    deps=[allocation],
    partitions_def=MONTHS,
    backfill_policy=dg.BackfillPolicy.single_run(),
    owners=["team:exploitation"],
    metadata=described(*reversed(MONTHLY)),
)
def indicators(context: dg.AssetExecutionContext, database: Warehouse) -> dg.MaterializeResult:
    """Energies and rates per operation, consumer, producer and slot."""
    rows: dict[str, int] = {}
    with database.get_connection() as connection:
        for month in months_of_run(context):
            with warehouse.transaction(connection):
                for table in MONTHLY:
                    made = warehouse.fill(connection, table, f"marts/{table.name}", {"month": month})
                    rows[table.name] = rows.get(table.name, 0) + made
    return dg.MaterializeResult(
        metadata={
            "dagster/row_count": sum(rows.values()),
            "dagster/column_lineage": lineage(allocation.key, FROM_CURVES),
            "lignes par table": dg.MetadataValue.json(rows),
        }
    )
