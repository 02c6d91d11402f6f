"""Group `publication`: the copy of the marts that readers open."""

from datetime import UTC, datetime

import dagster as dg

from assets.allocation import indicators
from assets.follow_up import follow_up
from assets.invoices import invoices
from assets.metadata import described
from assets.metering import perimeter
from assets.progress import tell
from assets.reconciliation import findings
from assets.resources import Installation
from energy_pipeline import __version__, history
from energy_pipeline.publication import publish
from energy_pipeline.tables import marts


@dg.asset(
    group_name="publication",
    kinds={"duckdb", "parquet"},
    deps=[perimeter, follow_up, indicators, invoices, findings],
    owners=["team:exploitation"],
    metadata=described(marts.PUBLICATION, marts.CURVE),
)
def publication(context: dg.AssetExecutionContext, installation: Installation) -> dg.MaterializeResult:
    """`publication/energy.duckdb` and Parquet, replaced in one step once all checks have passed; a copy is kept."""
    home = installation.home_folders()
    tell("Publication")
    retention = history.retention(home.root)
    rows = publish(home, run_id=context.run.run_id, published_at=datetime.now(UTC), version=__version__)
    kept = history.keep(home, retention)
    return dg.MaterializeResult(
        metadata={
            "dagster/row_count": sum(rows.values()),
            "lignes par table": dg.MetadataValue.json(rows),
            "publication": dg.MetadataValue.path(str(home.publication)),
            "copie gardée": dg.MetadataValue.path(str(kept)),
        }
    )
