"""The definitions that Dagster loads. The folders come from the environment when a run starts, not at import."""

import dagster as dg

from assets import allocation, follow_up, invoices, landing, mails, metering, publication, reconciliation, reports
from assets.alerts import alerts
from assets.checks import CHECKS
from assets.jobs import LANDING, MONTH, SENDING
from assets.lock import alone_executor
from assets.quality import quality_of_the_publication
from assets.resources import Installation, Warehouse
from assets.schedules import DAILY, after_publication
from assets.sensors import inbox, mailbox, pending_months

STAGES = (landing, metering, follow_up, allocation, invoices, reconciliation, publication, reports, mails)


def build(inbox_folder: str | dg.EnvVar, home: str | dg.EnvVar, database: str | dg.EnvVar) -> dg.Definitions:
    """Return the definitions for an installation: its inbox, its home, and the DuckDB file of its warehouse."""
    return dg.Definitions(
        assets=dg.load_assets_from_modules(STAGES),
        asset_checks=[*CHECKS, quality_of_the_publication],
        jobs=[LANDING, MONTH, SENDING],
        schedules=[after_publication, DAILY],
        sensors=[inbox, mailbox, pending_months, alerts],
        resources={
            "installation": Installation(inbox=inbox_folder, home=home),
            "database": Warehouse(database=database),
        },
        executor=alone_executor(home),
    )


@dg.definitions
def defs() -> dg.Definitions:
    """Return the definitions for the installation that the environment names."""
    return build(
        dg.EnvVar("ENERGY_PIPELINE_INBOX"), dg.EnvVar("ENERGY_PIPELINE_HOME"), dg.EnvVar("ENERGY_PIPELINE_DATABASE")
    )
