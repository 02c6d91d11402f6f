"""The same marts, row by row, whatever the order in which an inbox fills and however many runs read it."""

import os
import random
from pathlib import Path

import duckdb
import pytest

from assets.launch import run_pipeline
from tests import arrivals

UNITS = arrivals.units()


def marts(folder: Path, *runs: list[arrivals.Unit]) -> dict[str, list[str]]:
    """The rows of each mart after a run for each list of units that arrived."""
    (folder / "inbox").mkdir(parents=True)
    for units in runs:
        arrivals.drop(folder / "inbox", units)
        run_pipeline(folder / "inbox", folder / "home", announce=lambda _: None)
    with duckdb.connect(str(folder / "home" / "publication" / "energy.duckdb"), read_only=True) as connection:
        connection.execute("SET TimeZone = 'Europe/Paris'")
        names = connection.execute("SELECT table_name FROM duckdb_tables() WHERE schema_name = 'marts'").fetchall()
        return {
            name: sorted(map(repr, connection.sql(f"SELECT * FROM marts.{name}").pl().rows()))
            for (name,) in names
            if name != "publication"
        }


@pytest.fixture(scope="module")
def at_once(tmp_path_factory: pytest.TempPathFactory):
    before = dict(os.environ)
    yield marts(tmp_path_factory.mktemp("at_once"), UNITS)
    os.environ.clear()
    os.environ.update(before)


def test_the_inbox_fills_the_marts(at_once):
    for name in ("curve", "operation_month", "finding", "participant", "file", "invoice_reconciliation", "consent"):
        assert at_once[name], name
    for check_name in ("republished_curve", "consent_missing", "quarantined_file", "over_billed"):
        assert any(f"'{check_name}'" in row for row in at_once["finding"]), check_name


def test_the_marts_do_not_depend_on_the_order_of_arrival(at_once, tmp_path):
    shuffled = random.Random(1).sample(UNITS, len(UNITS))
    third = len(shuffled) // 3
    found = marts(tmp_path, shuffled[:third], shuffled[third : 2 * third], shuffled[2 * third :])
    for name, rows in at_once.items():
        assert found[name] == rows, name
