"""The sensor of the alerts: what failed is told once, when the mail server is there."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import dagster as dg
import pytest

from assets.alerts import alerts
from assets.jobs import RETRIED
from assets.lock import BY_COMMAND, alone
from assets.resources import Installation
from tests.mail_server import free_port, serving

OPERATOR = "informatique@syndicat.example"
QUIET = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}


@dg.asset
def figures():
    """Figures."""
    return 1


@dg.asset_check(asset=figures, blocking=True)
def figures_add_up():
    return dg.AssetCheckResult(passed=False, metadata={"rows": 3})


@dg.asset_check(asset=figures)
def no_file_is_refused():
    return dg.AssetCheckResult(passed=False, severity=dg.AssetCheckSeverity.WARN)


@dg.asset
def broken():
    """Never made."""
    raise ValueError("la mémoire manque")


@pytest.fixture
def installation(tmp_path: Path) -> Installation:
    (tmp_path / "inbox").mkdir()
    return Installation(inbox=str(tmp_path / "inbox"), home=str(tmp_path / "home"))


def configure(installation: Installation, port: int) -> None:
    (installation.home_folders().root / "mail.toml").write_text(
        f'host = "127.0.0.1"\nport = {port}\nsecurity = "none"\nsender = "rapports@syndicat.example"\n'
        f'timeout_seconds = 5\nalerts_to = ["{OPERATOR}"]\n'
    )


def run(instance: dg.DagsterInstance, *made, tags: dict[str, str] | None = None) -> bool:
    checks = [one for one in made if isinstance(one, dg.AssetChecksDefinition)]
    definitions = dg.Definitions(assets=[one for one in made if one not in checks], asset_checks=checks)
    job = definitions.resolve_implicit_global_asset_job_def()
    return job.execute_in_process(instance=instance, raise_on_error=False, run_config=QUIET, tags=tags).success


def look(instance: dg.DagsterInstance, installation: Installation, cursor: str | None = None) -> tuple[str, str | None]:
    context = dg.build_sensor_context(instance=instance, cursor=cursor, resources={"installation": installation})
    return alerts(context).skip_message, context.cursor


def test_a_blocking_check_that_fails_is_told_as_such_not_as_a_run(installation, tmp_path):
    with serving() as box, dg.instance_for_test(temp_dir=str(tmp_path)) as instance:
        configure(installation, box.port)
        assert not run(instance, figures, figures_add_up, no_file_is_refused)
        look(instance, installation)
        [mail] = box.of(OPERATOR)
        assert mail["Subject"] == "Alerte : contrôle en échec, figures_add_up"
        text = mail.get_body(("plain",)).get_content()
        assert "rows : 3" in text and "(bloquant" in text and "CE QU'IL FAUT FAIRE" in text


def test_what_the_server_deferred_is_tried_again_and_told_once(installation, tmp_path):
    with dg.instance_for_test(temp_dir=str(tmp_path)) as instance:
        configure(installation, free_port())
        assert not run(instance, broken)
        said, cursor = look(instance, installation)
        assert "try again" in said and cursor is None
        with serving() as box:
            configure(installation, box.port)
            said, cursor = look(instance, installation, cursor)
            [mail] = box.of(OPERATOR)
            assert "la mémoire manque" in mail.get_body(("plain",)).get_content()
            assert look(instance, installation, cursor)[0] == "Nothing failed"
            assert look(instance, installation)[0].startswith("0 mails about 1")
            assert not run(instance, broken)
            look(instance, installation, cursor)
            assert len(box.of(OPERATOR)) == 2


def test_a_run_whose_process_was_killed_is_closed_and_told_once_nobody_holds_the_home(installation, tmp_path):
    with serving() as box, dg.instance_for_test(temp_dir=str(tmp_path)) as instance:
        configure(installation, box.port)
        job = dg.Definitions(assets=[figures]).resolve_implicit_global_asset_job_def()
        by_command = instance.create_run_for_job(job, status=dg.DagsterRunStatus.STARTED, tags=BY_COMMAND)
        starting = instance.create_run_for_job(job, status=dg.DagsterRunStatus.STARTED)
        with alone(installation.home_folders()):
            assert look(instance, installation)[0] == "Nothing failed"
        look(instance, installation)
        assert instance.get_run_by_id(by_command.run_id).status is dg.DagsterRunStatus.FAILURE
        assert instance.get_run_by_id(starting.run_id).status is dg.DagsterRunStatus.STARTED
        [mail] = box.of(OPERATOR)
        assert "Interrompu avant la fin" in mail.get_body(("plain",)).get_content()


def test_of_a_run_that_is_retried_the_last_attempt_tells(installation, tmp_path):
    settings = {"run_retries": {"enabled": True, "max_retries": 0}}
    with serving() as box, dg.instance_for_test(temp_dir=str(tmp_path), overrides=settings) as instance:
        configure(installation, box.port)
        assert not run(instance, broken, tags=RETRIED)
        look(instance, installation)
        assert box.recipients == []
        assert not run(instance, broken)
        look(instance, installation)
        assert box.recipients == [OPERATOR]


def test_failures_of_another_age_are_no_news(installation, tmp_path):
    with serving() as box, dg.instance_for_test(temp_dir=str(tmp_path)) as instance:
        configure(installation, box.port)
        assert not run(instance, broken)
        later = (datetime.now(UTC) + timedelta(minutes=1)).isoformat()
        assert look(instance, installation, later) == ("Nothing failed", later)
        assert box.recipients == []
