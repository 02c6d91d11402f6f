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

COMMAND = Path(sys.executable).parent / "energy-pipeline"


def energy_pipeline(*arguments: str | Path, timeout: int = 300) -> subprocess.CompletedProcess[str]:
    return energy_pipeline_in(Path.cwd(), *arguments, timeout=timeout)


def energy_pipeline_in(folder: Path, *arguments: str | Path, timeout: int = 300) -> subprocess.CompletedProcess[str]:
    """Run the command from `folder`, as a user would."""
    environment = {**os.environ, "COLUMNS": "200"}
    return subprocess.run(
        [str(COMMAND), *map(str, arguments)],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=timeout,
        check=False,
        env=environment,
    )


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
    made = energy_pipeline("demo", "--out", folder / "inbox")
    assert made.returncode == 0, made.stderr
    return install(folder, folder / "inbox")
