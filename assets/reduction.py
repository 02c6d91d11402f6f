"""Curves reduced once per period and kept: what the assets of allocation and reconciliation share."""

import duckdb
import polars as pl

from assets.batches import batches
from energy_pipeline import program, warehouse
from energy_pipeline.reconciliation import Reduced, reduce_curves
from energy_pipeline.tables import computed
from energy_pipeline.tables.reductions import REDUCED, REDUCTIONS

KEY = ["operation_id", "period_start"]


def keep(connection: duckdb.DuckDBPyConnection, periods: pl.DataFrame, made: Reduced) -> None:
    """Keep what the curves of periods, of which nothing is kept, were reduced to; call it in a transaction.

    `periods`: rows of computed.operation_period.
    """
    for table, rows in zip(REDUCTIONS, (made.daily, made.totals, made.split, made.slot_daily), strict=True):
        warehouse.insert(connection, table, rows)
    warehouse.insert(connection, REDUCED, periods.select(*KEY, made_by=pl.lit(program.digest())))


def keep_lacking(connection: duckdb.DuckDBPyConnection, needed: pl.DataFrame) -> None:
    """Reduce again the periods that another program reduced, or that an earlier one computed without reducing them.

    `needed`: rows of computed.operation_period.
    """
    made = warehouse.query(connection, f"SELECT * FROM {REDUCED.qualified_name}").filter(made_by=program.digest())
    lacking = needed.join(made, on=KEY, how="anti")
    if lacking.is_empty():
        return
    connection.register("periods_to_reduce", lacking.to_arrow())
    for ids in batches(lacking["operation_id"].unique().sort().to_list(), "Courbes résumées"):
        curves = warehouse.run(connection, "staging/curves_of_periods", ids=ids)
        slots = warehouse.query(
            connection, f"SELECT * FROM {computed.SLOT_ENERGY.qualified_name} WHERE operation_id IN $ids", ids=ids
        )
        with warehouse.transaction(connection):
            for table in (*REDUCTIONS, REDUCED):
                connection.execute(
                    f"DELETE FROM {table.qualified_name} AS row USING periods_to_reduce AS period "
                    "WHERE period.operation_id = row.operation_id AND period.period_start = row.period_start "
                    "AND period.operation_id IN $ids",
                    {"ids": ids},
                )
            periods = lacking.filter(pl.col("operation_id").is_in(ids))
            keep(connection, periods, reduce_curves(periods, curves, slots))
    connection.unregister("periods_to_reduce")


def kept(connection: duckdb.DuckDBPyConnection, needed: pl.DataFrame) -> Reduced:
    """Return what the curves of periods were reduced to; `needed`: rows of computed.operation_period."""
    connection.register("needed_periods", needed.select(KEY).to_arrow())
    read = [
        warehouse.query(
            connection,
            f"FROM {table.qualified_name} SEMI JOIN needed_periods USING (operation_id, period_start)",
        )
        for table in REDUCTIONS
    ]
    connection.unregister("needed_periods")
    return Reduced(*read)
