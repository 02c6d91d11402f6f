"""A home made by the real commands, in other processes, from the demo inbox: made once, read by the tests."""

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import duckdb
import polars as pl
import pytest

from tests.forked_runs import shared

COMMAND = Path(sys.executable).parent / "energy-pipeline"


def installed_command(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """Run the command that is installed, as a user would: seconds dearer than the others, which are forked."""
    environment = {**os.environ, "COLUMNS": "200"}
    command = [str(COMMAND), *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, timeout=300, check=False, env=environment)


def energy_pipeline(*arguments: str | Path, folder: Path | None = None) -> subprocess.CompletedProcess[str]:
    """Run the command from `folder`, in a process of its own."""
    done = shared().command(*arguments, folder=folder or Path.cwd())
    return subprocess.CompletedProcess([str(word) for word in arguments], done.code, done.out, done.err)


@dataclass(frozen=True)
class Installation:
    inbox: Path
    home: Path
    run: subprocess.CompletedProcess[str]

    def rows(self, query: str) -> pl.DataFrame:
        with duckdb.connect(str(self.home / "publication" / "energy.duckdb"), read_only=True) as connection:
            connection.execute("SET TimeZone = 'Europe/Paris'; SET schema = 'marts'")
            return connection.sql(query).pl()

    def again(self) -> subprocess.CompletedProcess[str]:
        return energy_pipeline("run", "--inbox", self.inbox, "--home", self.home)

    def copy(self, folder: Path) -> "Installation":
        """Return a copy that a test may change."""
        shutil.copytree(self.inbox, folder / "inbox")
        shutil.copytree(self.home, folder / "home", symlinks=True)
        return Installation(folder / "inbox", folder / "home", self.run)


def install(folder: Path, inbox: Path) -> Installation:
    home = folder / "home"
    return Installation(inbox, home, energy_pipeline("run", "--inbox", inbox, "--home", home))


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Installation:
    folder = tmp_path_factory.mktemp("demo")
    inbox, home = folder / "inbox", folder / "home"
    made = installed_command("demo", "--out", inbox)
    assert made.returncode == 0, made.stderr
    return Installation(inbox, home, installed_command("run", "--inbox", inbox, "--home", home))
