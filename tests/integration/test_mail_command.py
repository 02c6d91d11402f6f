"""`energy-pipeline send`: a home, a real SMTP server, what is printed and what arrives."""

import json
from email import message_from_bytes, policy
from pathlib import Path

import duckdb
import pytest
import typer
from typer.testing import CliRunner, Result

from energy_pipeline.cli.send import send as send_command
from energy_pipeline.settings import Home
from tests import publications
from tests.mail_server import Mailbox, free_port, serving

APP = typer.Typer()
APP.command()(send_command)
MANAGER, MAYOR = "energie@fontbelle.example", "maire@fontbelle.example"
OPERATOR = "exploitation@fontbelle.example"


def send(home: Path, *arguments: object) -> Result:
    return CliRunner(env={"COLUMNS": "200"}).invoke(APP, ["--home", str(home), *map(str, arguments)])


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("send") / "home"
    Home(folder).create()
    publications.realistic(Home(folder).publication)
    recipients = {"energy_manager": [MANAGER], "elected_official": [MAYOR]}
    with duckdb.connect(str(Home(folder).publication)) as con:
        con.execute("UPDATE marts.operation SET recipients = ?", [json.dumps(recipients)])
    return folder


def configure(home: Path, port: int) -> None:
    (home / "mail.toml").write_text(
        f'host = "127.0.0.1"\nport = {port}\nsecurity = "none"\nsender = "rapports@fontbelle.example"\n'
        f'timeout_seconds = 5\nalerts_to = ["{OPERATOR}"]\n',
        encoding="utf-8",
    )


def test_from_a_trial_to_a_second_run_that_sends_nothing(home, tmp_path):
    absent = send(home)
    assert absent.exit_code == 1
    assert "mail.example.toml" in absent.stderr

    trial = send(home, "--dry-run", tmp_path / "eml", "--alerts")
    assert trial.exit_code == 0, trial.stderr
    assert "Essai : rien n'est parti" in trial.stdout
    assert "mail.toml n'existe pas : l'expéditeur, alerts_to et default_to sont ceux de l'exemple." in trial.stdout
    written = sorted((tmp_path / "eml").glob("*.eml"))
    mails = [message_from_bytes(path.read_bytes(), policy=policy.default) for path in written]
    assert [mail["To"] for mail in mails][:2] == [MANAGER, MAYOR]
    assert mails[0]["Subject"] == "Soleil partagé de Fontbelle : rapport d'octobre 2025"
    assert "fichier refusé" in mails[2]["Subject"]
    assert not (home / "outbox").exists()
    again = send(home, "--dry-run", tmp_path / "eml")
    assert (again.exit_code, "n'est pas vide" in again.stderr) == (1, True)

    configure(home, free_port())
    nobody = send(home)
    assert nobody.exit_code == 1
    assert nobody.stdout.count("Remis à plus tard : ") == 3
    assert "Remis à plus tard : 2." in nobody.stdout

    with serving() as box:
        configure(home, box.port)
        box.refusals[MAYOR] = "550 5.1.1 Utilisateur inconnu"
        first = send(home, "--alerts")
        assert first.exit_code == 1
        assert f"Envoyé : {MANAGER}, Soleil partagé de Fontbelle : rapport d'octobre 2025" in first.stdout
        assert "— 550 5.1.1 Utilisateur inconnu" in first.stdout
        assert "Envoyé : 3. Refusé : 1." in first.stdout
        assert box.recipients == [MANAGER, MANAGER, OPERATOR]

        second = send(home, "--alerts")
        assert second.exit_code == 0, second.stdout
        assert "Déjà envoyé : 1. Refusé auparavant : 1." in second.stdout
        assert "--retry-refused" in second.stdout
        box.refusals.clear()
        third = send(home, "--retry-refused")
        assert (third.exit_code, f"Envoyé : {MAYOR}" in third.stdout) == (0, True)
        assert _corrected(home, box) == 2


def _corrected(home: Path, box: Mailbox) -> int:
    """Change a figure of October, and count the corrections that leave."""
    with duckdb.connect(str(Home(home).publication)) as con:
        con.execute("UPDATE marts.operation_month SET self_consumption_kwh = 1 WHERE month = DATE '2025-10-01'")
    run = send(home)
    assert run.exit_code == 0, run.stdout
    assert "Rectifié : 2." in run.stdout
    return sum(mail["Subject"].startswith("Rectificatif : ") for _, mail in box.mails)


def test_a_month_without_report_and_a_month_mistyped(home):
    with serving() as box:
        configure(home, box.port)
        none = send(home, "--month", "2024-01")
        assert (none.exit_code, "Rien à envoyer (01/2024)" in none.stdout) == (0, True)
        assert send(home, "--month", "janvier").exit_code == 2
        assert box.mails == []


def test_no_publication_yet(tmp_path):
    run = send(tmp_path, "--dry-run", tmp_path / "eml")
    assert run.exit_code == 1
    assert "n'existe pas" in run.stderr
    assert isinstance(run.exception, SystemExit)
