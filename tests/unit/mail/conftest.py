"""A home whose publication has one operation with recipients: a month of plausible curves, typed findings."""

import json
import shutil
from pathlib import Path

import duckdb
import pytest

from energy_pipeline.settings import Home
from tests import publications

RECIPIENTS = {
    "energy_manager": ["energie@fontbelle.example"],
    "elected_official": ["maire@fontbelle.example"],
    "accountant": ["compta@fontbelle.example"],
}


def change(home: Path, statement: str, *values: object) -> None:
    """Change the publication of `home`, as a later run would."""
    with duckdb.connect(str(Home(home).publication)) as con:
        con.execute(statement, values or None)


def declare(home: Path, recipients: dict[str, list[str]]) -> None:
    """Declare the recipients of every operation."""
    change(home, "UPDATE marts.operation SET recipients = ?", json.dumps(recipients))


@pytest.fixture(scope="session")
def made_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("mail") / "home"
    Home(folder).create()
    publications.realistic(Home(folder).publication)
    declare(folder, RECIPIENTS)
    return folder


@pytest.fixture
def home(made_home: Path, tmp_path: Path) -> Path:
    """Return a home that the test may change."""
    return Path(shutil.copytree(made_home, tmp_path / "home"))
