"""Sensors: what starts by itself. The inbox starts a landing; the months that it leaves pending, the monthly job."""

import os
from pathlib import Path

import dagster as dg

from assets.jobs import LANDING, MONTH, RETRIED
from assets.lock import is_held
from assets.partitions import months_tags, months_to_compute
from assets.resources import Installation
from energy_pipeline import sources, warehouse

SERVED_SINCE = "ENERGY_PIPELINE_SERVED_SINCE"
"""Variable of the environment that tells one start of the daemon from another."""
UNFINISHED = [
    dg.DagsterRunStatus.QUEUED,
    dg.DagsterRunStatus.NOT_STARTED,
    dg.DagsterRunStatus.STARTING,
    dg.DagsterRunStatus.STARTED,
    dg.DagsterRunStatus.CANCELING,
]


def _fingerprint(inbox: Path) -> str:
    """Return what changes when a file of the inbox arrives or changes: number, sizes and times of the files."""
    stats = [path.stat() for path in sorted(inbox.rglob("*")) if path.is_file()]
    newest = max((stat.st_mtime_ns for stat in stats), default=0)
    return f"{len(stats)}-{sum(stat.st_size for stat in stats)}-{newest}"


@dg.sensor(job=LANDING, minimum_interval_seconds=60, default_status=dg.DefaultSensorStatus.RUNNING)
def inbox(context: dg.SensorEvaluationContext, installation: Installation) -> dg.SensorResult | dg.SkipReason:
    """Start a landing when the inbox has changed and has been still for one evaluation."""
    folder = installation.inbox_path()
    if not folder.is_dir():
        return dg.SkipReason(f"No inbox at {folder}")
    seen = _fingerprint(folder)
    landed, _, waiting = (context.cursor or "|").partition("|")
    if seen == landed:
        return dg.SkipReason("Nothing new")
    if seen != waiting:
        return dg.SensorResult(skip_reason="Files are still arriving", cursor=f"{landed}|{seen}")
    return dg.SensorResult(run_requests=[dg.RunRequest(run_key=seen, tags=RETRIED)], cursor=f"{seen}|")


@dg.sensor(job=MONTH, default_status=dg.DefaultSensorStatus.RUNNING)
def pending_months(context: dg.SensorEvaluationContext, installation: Installation) -> dg.SensorResult | dg.SkipReason:
    """Start the monthly job, one run for all, when months are left to recompute and no run is going on.

    Of months whose run failed, another starts after the next success of any run (a landing, what is materialised by
    hand, at the latest the mails of the next morning) or when the daemon starts again. Otherwise it would fail the same
    way for ever.
    """
    home = installation.home_folders()
    if not home.warehouse.exists():
        return dg.SkipReason("Nothing has landed")
    if is_held(home) or context.instance.get_runs(dg.RunsFilter(statuses=UNFINISHED), limit=1):
        return dg.SkipReason("A run is going on")
    try:
        months = months_to_compute(home)
    except warehouse.WarehouseError:
        return dg.SkipReason("A run is writing")
    if not months:
        return dg.SkipReason("No month is pending")
    succeeded = context.instance.get_runs(dg.RunsFilter(statuses=[dg.DagsterRunStatus.SUCCESS]), limit=1)
    since = (os.environ.get(SERVED_SINCE, ""), *(run.run_id for run in succeeded))
    tags = months_tags(months)
    request = dg.RunRequest(run_key=" ".join([*since, *tags.values()]), tags=tags)
    return dg.SensorResult(run_requests=[request])


@dg.sensor(minimum_interval_seconds=600, default_status=dg.DefaultSensorStatus.RUNNING)
def mailbox(installation: Installation) -> dg.SkipReason:
    """Copy the new messages of the mailbox into the inbox, whose own sensor starts the landing."""
    home = installation.home_folders().root
    if not (home / "mailbox.toml").is_file():
        return dg.SkipReason("Not configured: no mailbox.toml in the home")
    found = sources.fetch(sources.read_mailbox(home, os.environ), installation.inbox_path())
    return dg.SkipReason(f"{len(found.files)} new messages, {found.known} known")
