"""`energy-pipeline ui`: what a supervisor sees of it."""

import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from energy_pipeline.cli import app, serve


def deaf() -> None:
    """Have the program that follows ignore SIGTERM, from its beginning."""
    signal.signal(signal.SIGTERM, signal.SIG_IGN)


LASTING = {"as usual": None, "deaf": deaf}


@pytest.fixture(autouse=True)
def handler_of_sigterm() -> Iterator[None]:
    """Give back to the tests that follow the handler that the command replaces."""
    before = signal.getsignal(signal.SIGTERM)
    yield
    signal.signal(signal.SIGTERM, before)


@pytest.mark.parametrize("other", LASTING)
@pytest.mark.parametrize("is_ignored", [False, True])
def test_a_part_that_ends_by_itself_ends_the_whole_as_a_failure(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, other: str, is_ignored: bool
):
    for name in ("DAGSTER_HOME", "ENERGY_PIPELINE_INBOX", "ENERGY_PIPELINE_HOME", "ENERGY_PIPELINE_DATABASE",
                 "ENERGY_PIPELINE_SERVED_SINCE"):  # fmt: skip
        monkeypatch.setenv(name, "")
    started: list[subprocess.Popen[bytes]] = []

    def start(command: list[str], **_: object) -> subprocess.Popen[bytes]:
        is_daemon = "dagster-daemon" in command[0]
        program = ["true"] if is_daemon else ["sleep", "60"]
        started.append(subprocess.Popen(program, preexec_fn=LASTING[other]))  # noqa: PLW1509 - it takes no lock
        return started[-1]

    monkeypatch.setattr(serve, "subprocess", type("Stub", (), {
        "Popen": staticmethod(start), "TimeoutExpired": subprocess.TimeoutExpired,
    }))  # fmt: skip
    monkeypatch.setattr(serve, "PATIENCE_S", 0.5 if other == "deaf" else 30)
    if is_ignored:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
    done = CliRunner().invoke(app, ["ui", "--inbox", str(tmp_path), "--home", str(tmp_path / "home")])
    assert done.exit_code == 1
    assert "s'est arrêté de lui-même" in done.stderr
    ended_by = {process.poll() for process in started}
    assert ended_by == {0, -signal.SIGKILL if other == "deaf" else -signal.SIGTERM}
