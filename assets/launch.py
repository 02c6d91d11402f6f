"""Launch the jobs in this process, as real runs recorded in the instance under the home."""

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
from assets.instance import settle
from assets.lock import BY_COMMAND, RunError, alone, close_interrupted_alone
from assets.partitions import months_tags, months_to_compute
from assets.progress import Listener, heard
from energy_pipeline.publication import start_afresh
from energy_pipeline.settings import Home

_NO_ROOM = ("No space left", "File too large", "disk is full", "disk I/O error", "Disk quota exceeded")
_DAMAGED = ("Corrupt", "checksum", "INTERNAL Error", "Serialization Error", "malformed")


def prepare_environment(inbox: Path, home: Path, announce: Callable[[str], None] = print) -> Home:
    """Set what Dagster and the definitions read from the environment, and make the home's folders and settings."""
    folders = Home(home).create()
    if told := settle(folders.dagster):
        announce(told)
    os.environ["DAGSTER_HOME"] = str(folders.dagster)
    os.environ["ENERGY_PIPELINE_INBOX"] = str(inbox)
    os.environ["ENERGY_PIPELINE_HOME"] = str(home)
    os.environ["ENERGY_PIPELINE_DATABASE"] = str(folders.warehouse)
    return folders


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


def run_pipeline(
    inbox: Path,
    home: Path,
    *,
    announce: Callable[[str], None],
    progress: Listener = lambda told: None,
    rebuild: bool = False,
) -> list[date]:
    """Land what is new, then recompute in one run the months that it touched; return these months.

    `announce` is given a line per stage, `progress` how far each is.
    `rebuild` erases the private warehouse first, all that it holds comes from the inbox; nothing of the publication
    is taken over either.
    Raises RunError. The months of a run that fails, or is killed, stay pending: the next run takes them again.
    """
    with _room():
        folders = prepare_environment(inbox, home, announce)
    definitions = build(str(inbox), str(home), str(folders.warehouse))
    with alone(folders), _room(), heard(progress), dg.DagsterInstance.get() as instance:
        close_interrupted_alone(instance)
        if rebuild:
            for file in (folders.warehouse, folders.warehouse.with_name(f"{folders.warehouse.name}.wal")):
                file.unlink(missing_ok=True)
            start_afresh(folders)
        announce("Réception des fichiers…")
        _execute(definitions, "landing", instance, {})
        months = months_to_compute(folders)
        if months:
            announce(f"Calcul de {len(months)} mois ({months[0]:%m/%Y} – {months[-1]:%m/%Y})…")
            _execute(definitions, "month", instance, months_tags(months))
    return months
