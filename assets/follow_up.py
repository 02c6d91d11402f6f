"""Group `follow_up`: what is due and what is there. Here belongs what tells the organiser what to expect and when."""

import dagster as dg

from assets.metadata import described
from assets.metering import perimeter
from assets.resources import Warehouse
from energy_pipeline import follow_up as domain
from energy_pipeline import warehouse
from energy_pipeline.tables import marts


@dg.asset(
    group_name="follow_up",
    kinds={"polars", "duckdb"},
    deps=[perimeter],
    owners=["team:exploitation"],
    metadata=described(marts.COMPLETENESS, marts.DEADLINE),
)
def follow_up(database: Warehouse) -> dg.MaterializeResult:
    """Deadlines of the convention for each period, and the files that each participant's period calls for."""
    with database.get_connection() as connection:
        operations = warehouse.query(connection, "SELECT * FROM marts.operation")
        participants = warehouse.query(connection, "SELECT * FROM marts.participant")
        declared = warehouse.query(connection, "SELECT * FROM staging.participant")
        registry = warehouse.query(connection, "SELECT * FROM landing.file")
        due = domain.deadlines(operations, declared, registry)
        periods = domain.known_periods(operations, registry)
        there = domain.completeness(operations, participants, periods, registry)
        with warehouse.transaction(connection):
            warehouse.replace(connection, marts.DEADLINE, due)
            warehouse.replace(connection, marts.COMPLETENESS, there)
    return dg.MaterializeResult(metadata={"dagster/row_count": there.height, "échéances": due.height})
