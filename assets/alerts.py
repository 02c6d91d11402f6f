"""Alerts about the runs themselves, by mail, each once: a run that failed, a check that failed."""

import os
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta

import dagster as dg

from assets.lock import close_interrupted
from assets.mails import now
from assets.partitions import months_of
from assets.resources import Installation
from energy_pipeline import mail

NEWS = timedelta(days=1)
"""How far back the first look goes."""
_ENDED = [dg.DagsterRunStatus.FAILURE, dg.DagsterRunStatus.SUCCESS]
_LONGEST_VALUE = 500
_WILL_RETRY = "dagster/will_retry"
_CHECK_FAILED = "DagsterAssetCheckFailedError"


def causes(events: Sequence[dg.DagsterEvent]) -> tuple[str, ...]:
    """Return what each failed step raised; what caused it in turn is for the log."""
    told = []
    for event in events:
        error = getattr(event.event_specific_data, "error", None)
        raised = error.cause or error if error is not None else None
        told.append(f"{event.step_key} : {raised.message.strip() if raised else event.message or ''}")
    return tuple(told)


@dg.sensor(default_status=dg.DefaultSensorStatus.RUNNING)
def alerts(context: dg.SensorEvaluationContext, installation: Installation) -> dg.SkipReason:
    """Mail the runs and the checks that failed, each once; what the server defers is tried again.

    The cursor is the instant until which all runs have been told. A run status sensor would go on after a failed mail.
    """
    home = installation.home_folders()
    close_interrupted(home, context.instance)
    since = datetime.fromisoformat(context.cursor) if context.cursor else datetime.now(UTC) - NEWS
    ended = context.instance.get_run_records(dg.RunsFilter(statuses=_ENDED, updated_after=since), ascending=True)
    failed = [alert for record in ended for alert in _failures(context.instance, record.dagster_run)]
    until = max((record.update_timestamp.replace(tzinfo=UTC) for record in ended), default=since).isoformat()
    if not failed or not (home.root / "mail.toml").is_file():
        context.update_cursor(until)
        return dg.SkipReason("Nothing failed" if not failed else "Not configured: no mail.toml in the home")
    settings = mail.read_settings(home.root, os.environ)
    try:
        results = mail.deliver(home.root, mail.alert_messages(home.root, failed, settings), settings, clock=now)
    except mail.MailError as error:
        return dg.SkipReason(str(error))
    deferred = [result.error for result in results if result.status is mail.Status.DEFERRED]
    if deferred:
        return dg.SkipReason(f"{len(deferred)} mails to try again: {deferred[0]}")
    context.update_cursor(until)
    return dg.SkipReason(f"{len(results)} mails about {len(failed)} failures")


def _failures(instance: dg.DagsterInstance, run: dg.DagsterRun) -> Iterator[mail.FailedRun | mail.FailedCheck]:
    """Yield the checks that failed in a run, then the run when something else made it fail.

    Checks that only warn are about inputs, of which other mails tell. Of a run that is retried, the last attempt tells.
    """
    checks = list(_failed_checks(instance, run.run_id))
    yield from checks
    if run.status is not dg.DagsterRunStatus.FAILURE or run.tags.get(_WILL_RETRY) == "true":
        return
    steps = [
        event
        for event in _events(instance, run.run_id, dg.DagsterEventType.STEP_FAILURE)
        if not (error := getattr(event.event_specific_data, "error", None)) or error.cls_name != _CHECK_FAILED
    ]
    if steps or not checks:
        whole = _events(instance, run.run_id, dg.DagsterEventType.RUN_FAILURE)
        said = causes(steps) or tuple(event.message or "" for event in whole)
        yield mail.FailedRun(run.run_id, run.job_name, said, months_of(run.tags))


def _failed_checks(instance: dg.DagsterInstance, run_id: str) -> Iterator[mail.FailedCheck]:
    for event in _events(instance, run_id, dg.DagsterEventType.ASSET_CHECK_EVALUATION):
        found = event.asset_check_evaluation_data
        if not found.passed and found.severity is dg.AssetCheckSeverity.ERROR:
            told = "\n".join(f"{name} : {value.value}"[:_LONGEST_VALUE] for name, value in found.metadata.items())
            yield mail.FailedCheck(
                asset=found.asset_key.to_user_string(),
                check=found.check_name,
                occurrence=run_id,
                description=" ".join(filter(None, (found.description, told))),
                is_blocking=bool(found.blocking),
            )


def _events(instance: dg.DagsterInstance, run_id: str, kind: dg.DagsterEventType) -> list[dg.DagsterEvent]:
    records = instance.get_records_for_run(run_id, of_type=kind).records
    return [event for record in records if (event := record.event_log_entry.dagster_event)]
