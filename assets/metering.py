"""Group `metering`: operations, who takes part and when, and their keys. Here belongs what the whole history gives."""

import dagster as dg

from assets.landing import files
from assets.metadata import described
from assets.resources import Warehouse
from energy_pipeline import warehouse
from energy_pipeline.allocation import distribution_keys
from energy_pipeline.follow_up import consents
from energy_pipeline.metering import awaited, operations, participants
from energy_pipeline.tables import marts


@dg.asset(
    group_name="metering",
    kinds={"polars", "duckdb"},
    deps=[files],
    owners=["team:exploitation"],
    metadata=described(
        marts.PARTICIPANT, marts.OPERATION, marts.DISTRIBUTION_KEY, marts.AWAITED_PARTICIPANT, marts.CONSENT
    ),
)
def perimeter(database: Warehouse) -> dg.MaterializeResult:
    """Operations, stays of their participants and distribution keys, from Annexe 2, Annexe 5 and the perimeters."""
    with database.get_connection() as connection:
        landed = {
            name: warehouse.query(connection, f"SELECT * FROM staging.{name}")
            for name in ("operation", "participant", "perimeter", "dynamic_key", "consent")
        }
        registry = warehouse.query(connection, "SELECT * FROM landing.file WHERE operation_id IS NOT NULL")
        known = operations(landed["operation"], landed["dynamic_key"], registry)
        stays = participants(landed["perimeter"], landed["participant"], registry)
        keys = distribution_keys(known, stays, landed["participant"], landed["dynamic_key"])
        with warehouse.transaction(connection):
            warehouse.replace(connection, marts.OPERATION, known)
            warehouse.replace(connection, marts.PARTICIPANT, stays)
            warehouse.replace(connection, marts.AWAITED_PARTICIPANT, awaited(landed["participant"]))
            warehouse.replace(connection, marts.DISTRIBUTION_KEY, keys)
            warehouse.replace(connection, marts.CONSENT, consents(landed["consent"]))
    return dg.MaterializeResult(
        metadata={"dagster/row_count": stays.height, "opérations": known.height, "clés": keys.height}
    )
