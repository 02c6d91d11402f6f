"""Launch the jobs in this process, as real runs recorded in the instance under the home."""

import os
from collections.abc import Callable
from datetime import date
from pathlib import Path

import dagster as dg

from assets.alerts import causes
from assets.definitions import build
from assets.partitions import MONTHS, key_of
from energy_pipeline import warehouse
from energy_pipeline.settings import Home

INSTANCE = """\
# Written by energy-pipeline. One run at a time: the warehouse has one writer.
telemetry:
  enabled: false
nux:
  enabled: false
concurrency:
  runs:
    max_concurrent_runs: 1
"""


class RunError(Exception):
    """A run failed; the message, in French, says where and why."""


def prepare_environment(inbox: Path, home: Path) -> Home:
    """Set what Dagster and the definitions read from the environment, and make the home's folders."""
    folders = Home(home).create()
    settings = folders.dagster / "dagster.yaml"
    if not settings.exists():
        settings.write_text(INSTANCE, encoding="utf-8")
    os.environ["DAGSTER_HOME"] = str(folders.dagster)
    os.environ["ENERGY_PIPELINE_INBOX"] = str(inbox)
    os.environ["ENERGY_PIPELINE_HOME"] = str(home)
    os.environ["ENERGY_PIPELINE_DATABASE"] = str(folders.warehouse)
    return folders


def _execute(definitions: dg.Definitions, job: str, instance: dg.DagsterInstance, tags: dict[str, str]) -> None:
    result = definitions.resolve_job_def(job).execute_in_process(
        instance=instance,
        tags=tags,
        raise_on_error=False,
        run_config={"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}},
    )
    if not result.success:
        told = "\n".join(f"— {cause}" for cause in causes([e for e in result.all_events if e.is_step_failure]))
        raise RunError(
            f"Le traitement « {job} » a échoué (exécution {result.run_id} dans l'interface Dagster) :\n{told}"
        )


def pending_months(home: Home) -> list[date]:
    """Return the months to recompute, among those that are partitions."""
    with warehouse.connect(home.warehouse, read_only=True) as connection:
        months = warehouse.query(connection, "SELECT month FROM landing.pending_month ORDER BY month")["month"]
    return [month for month in months if MONTHS.has_partition_key(key_of(month))]


def run_pipeline(inbox: Path, home: Path, *, announce: Callable[[str], None]) -> list[date]:
    """Land what is new, then recompute in one run the months that it touched; return these months.

    Raises RunError. The months of a run that fails stay pending: the next run takes them again.
    """
    folders = prepare_environment(inbox, home)
    definitions = build(str(inbox), str(home), str(folders.warehouse))
    with dg.DagsterInstance.get() as instance:
        announce("Réception des fichiers…")
        _execute(definitions, "landing", instance, {})
        months = pending_months(folders)
        if months:
            announce(f"Calcul de {len(months)} mois ({months[0]:%m/%Y} – {months[-1]:%m/%Y})…")
            _execute(
                definitions,
                "month",
                instance,
                {
                    "dagster/asset_partition_range_start": key_of(months[0]),
                    "dagster/asset_partition_range_end": key_of(months[-1]),
                },
            )
    return months
