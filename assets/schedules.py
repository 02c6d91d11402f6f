"""Schedules, in the time of Paris."""

import dagster as dg

from assets.jobs import LANDING, SENDING

MONTHLY = dg.ScheduleDefinition(
    name="monthly_landing",
    job=LANDING,
    cron_schedule="0 6 9 * *",
    execution_timezone="Europe/Paris",
    default_status=dg.DefaultScheduleStatus.RUNNING,
    description="On the 9th, the day after Enedis publishes (convention §4: by the 8th calendar day). "
    "The sensor `pending_months` then recomputes the months that changed.",
)

DAILY = dg.ScheduleDefinition(
    name="daily_mails",
    job=SENDING,
    cron_schedule="30 7 * * 1-5",
    execution_timezone="Europe/Paris",
    default_status=dg.DefaultScheduleStatus.RUNNING,
    description="On working days: what a server deferred, and the deadlines that passed without their file.",
)
