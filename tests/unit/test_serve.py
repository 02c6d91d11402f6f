"""`energy-pipeline ui`: what a supervisor sees of it."""

import subprocess
from pathlib import Path

import pytest
from typer.testing import CliRunner

from energy_pipeline.cli import app, serve


def test_a_part_that_ends_by_itself_ends_the_whole_as_a_failure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    for name in ("DAGSTER_HOME", "ENERGY_PIPELINE_INBOX", "ENERGY_PIPELINE_HOME", "ENERGY_PIPELINE_DATABASE",
                 "ENERGY_PIPELINE_SERVED_SINCE"):  # fmt: skip
        monkeypatch.setenv(name, "")
    started: list[subprocess.Popen[bytes]] = []

    def start(command: list[str], **_: object) -> subprocess.Popen[bytes]:
        started.append(subprocess.Popen(["true"] if "dagster-daemon" in command[0] else ["sleep", "60"]))
        return started[-1]

    monkeypatch.setattr(serve, "subprocess", type("Stub", (), {
        "Popen": staticmethod(start), "TimeoutExpired": subprocess.TimeoutExpired,
    }))  # fmt: skip
    done = CliRunner().invoke(app, ["ui", "--inbox", str(tmp_path), "--home", str(tmp_path / "home")])
    assert done.exit_code == 1
    assert "s'est arrêté de lui-même" in done.stderr
    assert all(process.poll() is not None for process in started)
