"""Group `reports`: what people open. Month partitions."""

from functools import partial
from pathlib import Path

import dagster as dg

from assets.metadata import results
from assets.partitions import MONTHS, months_of_run
from assets.progress import tell
from assets.publication import publication
from assets.resources import Installation, Warehouse
from energy_pipeline import mail, warehouse
from energy_pipeline.reports import build, standing
from energy_pipeline.servers import SettingsError
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
    """A page, a PDF and a workbook per operation and month, a page per participant, made from the publication alone.

    `résultats` shows the figures of the months made, and where each report is. A month whose reports are written is no
    longer pending.
    """
    home = installation.home_folders()
    months = months_of_run(context)
    written = []
    for month in months:
        progress = partial(tell, f"Rapports {month:%m/%Y}", unit="rapports")
        written += build(home.publication, home.reports, month, progress)
    with database.get_connection() as connection, warehouse.transaction(connection):
        for month in months:
            warehouse.delete(connection, landing.PENDING_MONTH, {"month": month})
    made = standing(home.publication, home.reports, months)
    return dg.MaterializeResult(
        metadata={
            "rapports": len(made),
            "fichiers écrits": len(written),
            "résultats": results(made, home.reports, _address(home.root)),
            "dossier": dg.MetadataValue.path(str(home.reports)),
        }
    )


def _address(home: Path) -> str | None:
    """Return where the reports are served, as `mail.toml` says; a wrong file is told by the asset `mails`."""
    try:
        return mail.preview_settings(home).reports_url if (home / "mail.toml").is_file() else None
    except SettingsError:
        return None
