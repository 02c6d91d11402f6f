"""Group `landing`: what arrived in the inbox. Here belongs the only asset that reads files."""

import dagster as dg

from assets.resources import Installation, Warehouse
from energy_pipeline import landing, warehouse
from energy_pipeline.tables import landing as landed_tables
from energy_pipeline.tables import marts, schemas


@dg.asset(group_name="landing", kinds={"polars", "duckdb"}, owners=["team:exploitation"])
def files(context: dg.AssetExecutionContext, installation: Installation, database: Warehouse) -> dg.MaterializeResult:
    """Files of the inbox: recognised, registered, read, or refused with a reason in French.

    Only what is new is read. The months that it touches are noted as pending, for the monthly job.
    """
    home = installation.home_folders()
    read = 0
    with database.get_connection() as connection:
        registry = warehouse.query(connection, "SELECT * FROM landing.file")
        known = warehouse.query(connection, "SELECT DISTINCT month FROM computed.operation_period")["month"].to_list()
        for landed in landing.land(installation.inbox_path(), registry):
            months = landing.touched_months(landed, known)
            with warehouse.transaction(connection):
                for table, rows in landed.frames.items():
                    if table is landed_tables.FILE:
                        for path, file_id in rows.select("path", "file_id").iter_rows():
                            warehouse.delete(connection, table, {"path": path, "file_id": file_id})
                    warehouse.insert(connection, table, rows)
                for month in months:
                    pending = schemas.frame(landed_tables.PENDING_MONTH, [{"month": month}])
                    warehouse.replace(connection, landed_tables.PENDING_MONTH, pending, {"month": month})
            landing.keep_refused(landed, home.quarantine)
            read += landed.frames[landed_tables.FILE].height
            context.log.info("%d files landed", read)
        with warehouse.transaction(connection):
            current = warehouse.query(connection, "SELECT * FROM landing.file")
            warehouse.replace(connection, landed_tables.FILE, landing.supersede(current))
            total = warehouse.fill(connection, marts.FILE, "marts/file")
        statuses = warehouse.query(connection, "SELECT status, count(*) AS files FROM landing.file GROUP BY ALL")
    counts = dict(statuses.iter_rows())
    return dg.MaterializeResult(
        metadata={"new files": read, "dagster/row_count": total, "quarantined": counts.get("quarantined", 0)}
    )
