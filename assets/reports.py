"""Group `reports`: what people open. Month partitions."""

from functools import partial

import dagster as dg

from assets.partitions import MONTHS, month_of
from assets.progress import tell
from assets.publication import publication
from assets.resources import Installation, Warehouse
from energy_pipeline import warehouse
from energy_pipeline.reports import build
from energy_pipeline.tables import landing


@dg.asset(
    group_name="reports",
    kinds={"html", "excel"},
    deps=[publication],
    partitions_def=MONTHS,
    backfill_policy=dg.BackfillPolicy.single_run(),
    owners=["team:exploitation"],
)
def reports(context: dg.AssetExecutionContext, installation: Installation, database: Warehouse) -> dg.MaterializeResult:
    """A page and a workbook per operation and month, made from the publication alone.

    A month whose reports are written is no longer pending.
    """
    home = installation.home_folders()
    months = [month_of(key) for key in context.partition_keys]
    written = []
    for month in months:
        progress = partial(tell, f"Rapports {month:%m/%Y}", unit="rapports")
        written += build(home.publication, home.reports, month, progress)
    with database.get_connection() as connection, warehouse.transaction(connection):
        for month in months:
            warehouse.delete(connection, landing.PENDING_MONTH, {"month": month})
    return dg.MaterializeResult(
        metadata={
            "files": len(written),
            "folder": dg.MetadataValue.path(str(home.reports)),
        }
    )
