"""Alerts about the runs themselves, by mail, each once: a run that failed, a check that failed."""

import os
from collections.abc import Sequence

import dagster as dg

from assets.mails import now
from assets.resources import Installation
from energy_pipeline import mail


def _tell(home_of: Installation, alerts: Sequence[mail.FailedRun | mail.FailedCheck]) -> None:
    home = home_of.home_folders().root
    if alerts and (home / "mail.toml").is_file():
        settings = mail.read_settings(home, os.environ)
        mail.deliver(home, mail.alert_messages(home, alerts, settings), settings, clock=now)


def causes(events: Sequence[dg.DagsterEvent]) -> tuple[str, ...]:
    """Return what each failed step raised; what caused it in turn is for the log."""
    told = []
    for event in events:
        error = getattr(event.event_specific_data, "error", None)
        raised = error.cause or error if error is not None else None
        told.append(f"{event.step_key} : {raised.message.strip() if raised else event.message or ''}")
    return tuple(told)


@dg.run_failure_sensor(default_status=dg.DefaultSensorStatus.RUNNING, minimum_interval_seconds=60)
def failed_run(context: dg.RunFailureSensorContext, installation: Installation) -> None:
    """Mail that a run failed: which, what each failed step said, what to do."""
    steps = [event for event in context.get_step_failure_events() if event.step_key]
    run = context.dagster_run
    _tell(installation, [mail.FailedRun(run.run_id, run.job_name, causes(steps))])


@dg.run_status_sensor(
    run_status=dg.DagsterRunStatus.SUCCESS,
    default_status=dg.DefaultSensorStatus.RUNNING,
    minimum_interval_seconds=60,
)
def failed_checks(context: dg.RunStatusSensorContext, installation: Installation) -> None:
    """Mail the checks that failed in a run that went on: those that warn about inputs are told by their own mails."""
    records = context.instance.get_records_for_run(
        context.dagster_run.run_id, of_type=dg.DagsterEventType.ASSET_CHECK_EVALUATION
    ).records
    failed = []
    for record in records:
        event = record.event_log_entry.dagster_event
        evaluation = event.asset_check_evaluation_data if event else None
        if evaluation and not evaluation.passed and evaluation.severity == dg.AssetCheckSeverity.ERROR:
            failed.append(
                mail.FailedCheck(
                    asset=evaluation.asset_key.to_user_string(),
                    check=evaluation.check_name,
                    occurrence=context.dagster_run.run_id,
                    description=evaluation.description or "",
                    is_blocking=evaluation.blocking or False,
                )
            )
    _tell(installation, failed)
