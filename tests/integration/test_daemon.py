"""The daemon of `make up`, the command line, a mail server, all real: who waits for whom, one mail per failure."""

import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import dagster as dg
import pytest

from assets.launch import prepare_environment
from assets.lock import alone
from assets.sensors import UNFINISHED
from energy_pipeline import warehouse
from energy_pipeline.demo.generate import generate
from energy_pipeline.settings import Home
from energy_pipeline.tables import computed, landing, schemas
from tests.forked_runs import forking
from tests.integration.conftest import COMMAND
from tests.mail_server import Mailbox, serving

OPERATOR = "informatique@syndicat.example"
LONGEST = 300
"""Seconds to wait for what is to happen, on a machine that does much else; mostly it takes ten to thirty."""
NEVER_COMPUTED = date(2016, 1, 1)
"""A month before the first partition: no run computes it again."""


@contextmanager
def daemon(inbox: Path, home: Path) -> Iterator[None]:
    """Run the daemon as `make up` does, until left."""
    process = subprocess.Popen(
        [str(COMMAND), "ui", "--part", "daemon", "--inbox", str(inbox), "--home", str(home)],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True,
    )  # fmt: skip
    try:
        yield
    finally:
        process.terminate()
        try:
            process.wait(timeout=30)
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)


def wait_for(reached: Callable[[], object], what: str) -> None:
    started = time.monotonic()
    while not reached():
        assert time.monotonic() - started < LONGEST, f"never: {what}"
        time.sleep(0.5)


def break_conservation(home: Home) -> None:
    """One step of a month that no run computes again: 100 W produced, of which 40 vanish."""
    period = {
        "operation_id": "ACC00000001", "period_start": NEVER_COMPUTED, "period_end": date(2016, 1, 31),
        "month": NEVER_COMPUTED, "step_minutes": 15, "steps_expected": 1, "steps_estimated": 0, "steps_missing": 0,
    }  # fmt: skip
    curve = {
        "operation_id": "ACC00000001", "period_start": NEVER_COMPUTED, "step_minutes": 15, "quality": [1],
        "prm": "30001000000001", "role": "producer", "measured_w": [100.0], "self_consumption_w": [60.0],
        "remainder_w": [0.0],
    }  # fmt: skip
    with warehouse.connect(home.warehouse) as connection:
        warehouse.insert(connection, computed.OPERATION_PERIOD, schemas.frame(computed.OPERATION_PERIOD, [period]))
        warehouse.insert(connection, computed.CURVE, schemas.frame(computed.CURVE, [curve]))
        pending = schemas.frame(landing.PENDING_MONTH, [{"month": NEVER_COMPUTED}])
        warehouse.insert(connection, landing.PENDING_MONTH, pending)


def mend_conservation(home: Home) -> None:
    with warehouse.connect(home.warehouse) as connection:
        connection.execute("DELETE FROM computed.curve WHERE period_start = ?", [NEVER_COMPUTED])
        connection.execute("DELETE FROM computed.operation_period WHERE month = ?", [NEVER_COMPUTED])
        connection.execute("DELETE FROM landing.pending_month WHERE month = ?", [NEVER_COMPUTED])


def subjects(box: Mailbox) -> list[str]:
    return sorted(str(mail["Subject"]) for mail in box.of(OPERATOR))


def looked_again(instance: dg.DagsterInstance, since: float) -> bool:
    """Whether the sensor of the alerts has looked since an instant."""
    return any(
        tick.timestamp > since and tick.is_completed
        for state in instance.all_instigator_state()
        if state.instigator_name == "alerts"
        for tick in instance.get_ticks(state.instigator_origin_id, state.selector_id, limit=3)
    )


def test_each_failure_is_one_mail_and_runs_wait_for_one_another(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    inbox, home = tmp_path / "inbox", tmp_path / "home"
    for name in ("DAGSTER_HOME", "ENERGY_PIPELINE_INBOX", "ENERGY_PIPELINE_HOME", "ENERGY_PIPELINE_DATABASE"):
        monkeypatch.setenv(name, "")
    folders = prepare_environment(inbox, home)
    generate(inbox, operations=1, consumers=2, producers=1, months=1)
    (inbox / "inconnu.csv").write_text("rien;de\nconnu;ici\n")

    with serving() as box, forking() as runs, dg.DagsterInstance.get() as instance:
        (home / "mail.toml").write_text(
            f'host = "127.0.0.1"\nport = {box.port}\nsecurity = "none"\nsender = "rapports@syndicat.example"\n'
            f'alerts_to = ["{OPERATOR}"]\n'
        )
        (home / "history.toml").write_text("publications = beaucoup\n")
        failed = runs.run(inbox, home)
        assert failed.code == 1 and "history.toml" in failed.said
        (home / "history.toml").unlink()
        break_conservation(folders)

        with daemon(inbox, home):
            wait_for(lambda: instance.get_runs(dg.RunsFilter(statuses=UNFINISHED)), "the daemon starts a run")
            with alone(folders):
                wait_for(lambda: is_waiting(instance), "the run of the daemon waits for the home")
                refused = runs.run(inbox, home)
                assert refused.code == 1 and "Un traitement est déjà en cours" in refused.said
            wait_for(lambda: len(subjects(box)) >= 2, "mails on the failed run and the failed check")
            mend_conservation(folders)
            done = runs.run(inbox, home)
            assert done.code == 3, done.said
            told = subjects(box)

        since = time.time()
        with daemon(inbox, home):
            wait_for(lambda: looked_again(instance, since), "the daemon, restarted, looks at the runs")
        assert (
            subjects(box)
            == told
            == [
                "Alerte : constat hors opération, Site facturé inconnu",
                "Alerte : contrôle en échec, energy_is_conserved_at_each_step",
                "Alerte : fichier refusé, inconnu.csv",
                "Alerte : traitement en échec, « month »",
            ]
        )
        for mail in box.of(OPERATOR):
            assert "CE QU'IL FAUT FAIRE" in mail.get_body(("plain",)).get_content()


def is_waiting(instance: dg.DagsterInstance) -> bool:
    return any(
        "celui-ci attend" in entry.user_message
        for run in instance.get_runs(dg.RunsFilter(statuses=[dg.DagsterRunStatus.STARTED]))
        for entry in instance.all_logs(run.run_id)
    )
