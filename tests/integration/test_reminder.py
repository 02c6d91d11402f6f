"""The mail that reminds of keys to send: its commands are run as written, and give the file that it names."""

import shlex
from email import message_from_bytes, policy
from pathlib import Path

import duckdb
import pytest

from tests.integration.conftest import Installation, energy_pipeline


def remind(home: Path, out: Path, day: str) -> str:
    """Return the text of the only reminder of a day."""
    done = energy_pipeline("send", "--home", home, "--dry-run", out, "--alerts", "--on", day)
    assert done.returncode == 0, done.stderr
    mails = [message_from_bytes(path.read_bytes(), policy=policy.default) for path in out.glob("*.eml")]
    [reminder] = [mail for mail in mails if mail["Subject"].startswith("Rappel : ")]
    return str(reminder.get_body(("plain",)).get_content())


@pytest.mark.parametrize(
    ("operation", "kind", "day", "file"),
    [
        ("ACC00000103", "dynamic_keys", "2025-12-02", "cles/ACC00000103_15_01112025_30112025.txt"),
        ("ACC00000101", "change_notice", "2026-02-06", "cles/ACC00000101_20260206_ANNEXE2.12.csv"),
    ],
)
def test_the_commands_of_the_reminder_give_the_file_to_send(  # noqa: PLR0917
    demo: Installation, tmp_path: Path, operation: str, kind: str, day: str, file: str
):
    home = demo.copy(tmp_path).home
    with duckdb.connect(str(home / "publication" / "energy.duckdb")) as connection:
        # As if the keys of November had not been sent yet.
        connection.execute("UPDATE marts.deadline SET done = false WHERE kind = 'dynamic_keys'")
        connection.execute("DELETE FROM marts.deadline WHERE kind <> ? OR operation_id <> ?", [kind, operation])
    lines = [line.strip() for line in remind(home, tmp_path / "essai", day).splitlines()]
    assert file in lines
    propose, export = (line for line in lines if line.startswith("energy-pipeline keys "))
    for command in (propose, export.replace(" --out", f" --date {day} --out") if kind == "change_notice" else export):
        done = energy_pipeline(*shlex.split(command)[1:], folder=tmp_path)
        assert done.returncode == 0, done.stderr
    assert (tmp_path / file).is_file()
