"""The settings of Dagster's instance: in a new home, in one of an earlier release, in one that somebody edited."""

import os
from pathlib import Path

import dagster as dg
import pytest

from assets import instance
from assets.instance import settle

EARLIER = """\
# Written by energy-pipeline. One run at a time: the warehouse has one writer.
telemetry:
  enabled: false
nux:
  enabled: false
concurrency:
  runs:
    max_concurrent_runs: 1
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "dagster.yaml"


def beside(file: Path) -> Path:
    return file.with_name("dagster.yaml.new")


def children() -> list[str]:
    return Path(f"/proc/{os.getpid()}/task/{os.getpid()}/children").read_text(encoding="ascii").split()


def test_a_new_home_gets_settings_that_dagster_takes_and_that_start_no_process(file: Path):
    assert settle(file.parent) is None
    before = children()
    with (
        dg.DagsterInstance.from_config(str(file.parent)) as made,
        made.compute_log_manager.capture_logs(["run", "compute_logs", "step"]),
    ):
        assert made.run_coordinator is not None
        assert made.run_retries_enabled
        assert children() == before


def test_the_settings_of_an_earlier_release_are_written_again(file: Path, monkeypatch: pytest.MonkeyPatch):
    settle(file.parent)
    current = file.read_text(encoding="utf-8")
    file.write_text(EARLIER, encoding="utf-8")
    assert settle(file.parent) is None
    assert file.read_text(encoding="utf-8") == current

    monkeypatch.setattr(instance, "SETTINGS", "telemetry:\n  enabled: false\n")
    assert settle(file.parent) is None
    assert file.read_text(encoding="utf-8").endswith("\ntelemetry:\n  enabled: false\n")
    assert not beside(file).exists()


def test_what_stands_is_not_touched(file: Path):
    settle(file.parent)
    os.utime(file, (1, 1))
    assert settle(file.parent) is None
    assert file.stat().st_mtime == 1


@pytest.mark.parametrize(
    "edited", [EARLIER + "retention:\n  schedule:\n    purge_after_days: 90\n", "telemetry: {}\n", ""]
)
def test_edited_settings_are_kept_and_said_once_per_release(file: Path, monkeypatch, edited: str):
    file.write_text(edited, encoding="utf-8")
    told = settle(file.parent)
    assert told is not None and "dagster.yaml.new" in told
    assert file.read_text(encoding="utf-8") == edited
    assert settle(file.parent) is None
    dg.DagsterInstance.from_config(str(file.parent), beside(file).name).dispose()

    monkeypatch.setattr(instance, "SETTINGS", "telemetry:\n  enabled: false\n")
    assert settle(file.parent) == told
    assert file.read_text(encoding="utf-8") == edited

    beside(file).replace(file)
    assert settle(file.parent) is None


def test_settings_edited_from_those_of_this_release_are_up_to_date(file: Path):
    settle(file.parent)
    edited = file.read_text(encoding="utf-8").replace("max_retries: 0", "max_retries: 2")
    file.write_text(edited, encoding="utf-8")
    assert settle(file.parent) is None
    assert file.read_text(encoding="utf-8") == edited
    assert not beside(file).exists()
