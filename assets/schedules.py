"""Schedules, in the time of Paris: the day after Enedis publishes for each operation, and the mails of each morning."""

from datetime import date, timedelta

import dagster as dg
import polars as pl

from assets.jobs import LANDING, RETRIED, SENDING
from assets.resources import Installation
from energy_pipeline import warehouse
from energy_pipeline.periods.grid import PARIS
from energy_pipeline.settings import Home

TAG = "energy_pipeline"


def published(home: Home, day: date) -> pl.DataFrame:
    """Return (operation_id, period_start, period_end) of the results that Enedis was to publish by `day` (§5.2.2)."""
    with warehouse.connect(home.publication, read_only=True) as connection:
        return warehouse.run(connection, "schedules/results_due", day=day)


@dg.schedule(
    job=LANDING,
    cron_schedule="0 6 * * *",
    execution_timezone="Europe/Paris",
    default_status=dg.DefaultScheduleStatus.RUNNING,
)
def after_publication(
    context: dg.ScheduleEvaluationContext, installation: Installation
) -> dg.RunRequest | dg.SkipReason:
    """Land what is there on the day after Enedis's last day to publish, the 8th from the anniversary of each operation.

    The run bears a tag per operation, which tells its period. The sensor `pending_months` then recomputes the months
    that changed and mails their reports; `daily_mails` tells what is missing.
    """
    home = installation.home_folders()
    if not home.publication.exists():
        return dg.SkipReason("Nothing is published yet: no operation is known")
    today = context.scheduled_execution_time.astimezone(PARIS).date()
    due = published(home, today - timedelta(days=1))
    if due.is_empty():
        return dg.SkipReason(f"No operation's results were due on {today - timedelta(days=1)}")
    periods = {f"{TAG}/{operation_id}": f"{start}/{end}" for operation_id, start, end in due.iter_rows()}
    return dg.RunRequest(run_key=today.isoformat(), tags=RETRIED | periods)


DAILY = dg.ScheduleDefinition(
    name="daily_mails",
    job=SENDING,
    cron_schedule="30 7 * * *",
    execution_timezone="Europe/Paris",
    default_status=dg.DefaultScheduleStatus.RUNNING,
    description="Each morning: what a server deferred, the deadlines that passed without their file, the keys to send "
    "within three days.",
)
