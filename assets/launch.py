"""Launch the jobs in this process, as real runs recorded in the instance under the home."""

import fcntl
import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import dagster as dg
from sqlalchemy.exc import DBAPIError

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

BY_COMMAND = {"energy_pipeline/launched_by": "command"}
"""Tag of the runs launched here: while no process holds the home, none of them can be going on."""
_NO_ROOM = ("No space left", "File too large", "disk is full", "disk I/O error", "Disk quota exceeded")
_DAMAGED = ("Corrupt", "checksum", "INTERNAL Error", "Serialization Error", "malformed")


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


@contextmanager
def _alone(home: Home) -> Iterator[None]:
    """Hold the home for one run; the system lets go of it when the process ends, however it ends."""
    with (home.warehouse.parent / "run.lock").open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise RunError(
                f"Un traitement est déjà en cours dans {home.root} : attendre qu'il finisse, puis relancer."
            ) from error
        yield


@contextmanager
def _room() -> Iterator[None]:
    """Say in French that the disk is full when Dagster itself cannot write."""
    try:
        yield
    except (OSError, sqlite3.Error, DBAPIError) as error:
        raise RunError(_with_advice(f"Le traitement s'est arrêté : {error}".splitlines()[0])) from error


def _with_advice(told: str) -> str:
    if any(words in told for words in _NO_ROOM):
        return f"{told}\nLe disque est plein : libérer de la place, puis relancer ; ce qui est publié reste en place."
    if any(words in told for words in _DAMAGED):
        return f"{told}\nSi l'entrepôt est abîmé, « energy-pipeline run --rebuild » le refait depuis la boîte de dépôt."
    return told


def _close_interrupted(instance: dg.DagsterInstance) -> None:
    """Mark as failed the runs that a killed process left as going on: a daemon would wait for them forever."""
    going_on = [dg.DagsterRunStatus.NOT_STARTED, dg.DagsterRunStatus.STARTING, dg.DagsterRunStatus.STARTED]
    for run in instance.get_runs(dg.RunsFilter(statuses=going_on, tags=BY_COMMAND)):
        instance.report_run_failed(run, "Interrompu avant la fin ; le traitement suivant a tout repris.")


def _execute(definitions: dg.Definitions, job: str, instance: dg.DagsterInstance, tags: dict[str, str]) -> None:
    result = definitions.resolve_job_def(job).execute_in_process(
        instance=instance,
        tags=tags | BY_COMMAND,
        raise_on_error=False,
        run_config={"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}},
    )
    if not result.success:
        told = "\n".join(f"— {cause}" for cause in causes([e for e in result.all_events if e.is_step_failure]))
        raise RunError(
            _with_advice(
                f"Le traitement « {job} » a échoué (exécution {result.run_id} dans l'interface Dagster) :\n{told}"
            )
        )


def pending_months(home: Home) -> list[date]:
    """Return the months to recompute, among those that are partitions."""
    with warehouse.connect(home.warehouse, read_only=True) as connection:
        months = warehouse.query(connection, "SELECT month FROM landing.pending_month ORDER BY month")["month"]
    return [month for month in months if MONTHS.has_partition_key(key_of(month))]


def run_pipeline(inbox: Path, home: Path, *, announce: Callable[[str], None], rebuild: bool = False) -> list[date]:
    """Land what is new, then recompute in one run the months that it touched; return these months.

    `rebuild` erases the private warehouse first: all that it holds comes from the inbox.
    Raises RunError. The months of a run that fails, or is killed, stay pending: the next run takes them again.
    """
    folders = prepare_environment(inbox, home)
    definitions = build(str(inbox), str(home), str(folders.warehouse))
    with _alone(folders), _room(), dg.DagsterInstance.get() as instance:
        _close_interrupted(instance)
        if rebuild:
            for file in (folders.warehouse, folders.warehouse.with_name(f"{folders.warehouse.name}.wal")):
                file.unlink(missing_ok=True)
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
