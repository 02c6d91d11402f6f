"""One run at a time in a home, whoever launches it: a file is locked for as long as a run executes.

The command line holds it for the whole of its landing and months; the runs of the daemon and of the interface, each for
itself, through the executor. The system lets go of it when a process ends, however it ends.
"""

import fcntl
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import dagster as dg

from energy_pipeline.settings import Home

BY_COMMAND = {"energy_pipeline/launched_by": "command"}
"""Tag of the runs of the command line: while no process holds the home, none of them can be going on."""
LONGEST_START = timedelta(minutes=5)
"""A run of the daemon that goes on for longer than this without holding the home has lost its process."""
_GOING_ON = [dg.DagsterRunStatus.NOT_STARTED, dg.DagsterRunStatus.STARTING, dg.DagsterRunStatus.STARTED]


class RunError(Exception):
    """A run failed, or cannot start; the message, in French, says where and why."""


class BusyError(RunError):
    """Another run holds the home."""


@contextmanager
def alone(home: Home, wait: Callable[[str], None] | None = None) -> Iterator[None]:
    """Hold the home until left; when another run holds it, `wait` is told so, and its end is waited for.

    Raises BusyError at once when there is no `wait`.
    """
    with (home.warehouse.parent / "run.lock").open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            told = f"Un traitement est déjà en cours dans {home.root}"
            if wait is None:
                raise BusyError(f"{told} : attendre qu'il finisse, puis relancer.") from error
            wait(f"{told} : celui-ci attend qu'il finisse.")
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def is_held(home: Home) -> bool:
    """Return whether a run holds the home."""
    try:
        with alone(home):
            return False
    except BusyError:
        return True


def close_interrupted(home: Home, instance: dg.DagsterInstance) -> None:
    """Mark as failed the runs whose process was killed: the queue of the daemon would wait for them forever.

    Does nothing while a run holds the home.
    """
    if not instance.get_runs(dg.RunsFilter(statuses=_GOING_ON), limit=1):
        return
    with suppress(BusyError), alone(home):
        close_interrupted_alone(instance)


def close_interrupted_alone(instance: dg.DagsterInstance) -> None:
    """Do the same for who holds the home already."""
    started_before = datetime.now(UTC) - LONGEST_START
    for record in instance.get_run_records(dg.RunsFilter(statuses=_GOING_ON)):
        run = record.dagster_run
        if BY_COMMAND.items() <= run.tags.items() or record.update_timestamp.replace(tzinfo=UTC) < started_before:
            instance.report_run_failed(run, "Interrompu avant la fin ; le traitement suivant reprend tout.")


class _AloneExecutor(dg.Executor):
    """Dagster's in-process executor, that waits for the home and holds it while the run executes."""

    def __init__(self, within: dg.Executor, home: Home) -> None:
        self._within = within
        self._home = home

    @property
    def retries(self):  # type: ignore[no-untyped-def]
        return self._within.retries

    def execute(self, plan_context, execution_plan):  # type: ignore[no-untyped-def]
        with alone(self._home, wait=plan_context.log.info):
            yield from self._within.execute(plan_context, execution_plan)


def alone_executor(home: str | dg.EnvVar) -> dg.ExecutorDefinition:
    """Return the executor of all jobs: all steps in the process of the run, one run at a time in `home`."""

    @dg.executor(name="alone", config_schema=dg.in_process_executor.config_schema.as_field())
    def alone_in_home(context: dg.InitExecutorContext) -> dg.Executor:
        folder = home.get_value() if isinstance(home, dg.EnvVar) else home
        within = dg.in_process_executor.executor_creation_fn(context)  # type: ignore[misc]
        return _AloneExecutor(within, Home(Path(str(folder))).create())

    return alone_in_home
