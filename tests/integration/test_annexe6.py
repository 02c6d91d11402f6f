"""`annexe6 export`: what we write as Enedis does, the pipeline reads and computes again to the same figures."""

from pathlib import Path

from typer.testing import CliRunner

from energy_pipeline.cli.annexe6 import app
from tests.integration.conftest import Installation, install

MONTHS = ("consumer_month", "producer_month", "exchange_month", "consumer_slot_month", "operation_month")
TRUNCATION_KWH = 0.75
"""A watt lost at each of the 2 980 steps of a month."""

DEFAULT_KEYS = "ACC00000102"


def export(home: Path, operation: str, out: Path, *more: str):
    return CliRunner().invoke(app, ["export", "--home", str(home), "--operation", operation, "--out", str(out), *more])


def test_our_results_come_back_from_our_files(demo: Installation, tmp_path: Path):
    done = export(demo.home, DEFAULT_KEYS, tmp_path / "inbox", "--month", "2025-10")
    assert done.exit_code == 0, done.output
    again = install(tmp_path, tmp_path / "inbox")
    assert again.run.returncode == 0, again.run.stdout
    assert again.rows("SELECT * FROM finding WHERE severity = 'error'").is_empty()
    where = f"WHERE operation_id = '{DEFAULT_KEYS}' AND month = DATE '2025-10-01' ORDER BY ALL"
    for table in MONTHS:
        keys = {"exchange_month": ["producer_prm", "consumer_prm"], "operation_month": [],
                "consumer_slot_month": ["prm", "slot"]}.get(table, ["prm"])  # fmt: skip
        before, after = (home.rows(f"SELECT * FROM {table} {where}") for home in (demo, again))
        figures = [name for name in before.columns if name.endswith("_kwh") and not name.startswith("published")]
        assert before.height and before.select(keys).equals(after.select(keys)) if keys else after.height == 1
        for name in figures:
            slack = TRUNCATION_KWH * (20 if table == "operation_month" else 8 if table == "producer_month" else 1)
            assert (before[name] - after[name]).abs().max() < slack, (table, name)
    assert again.rows("SELECT key_type_used FROM operation_month").item() == "default"
    stays = "SELECT prm, role, valid_from, valid_to FROM participant WHERE operation_id = '{}' ORDER BY ALL"
    assert again.rows(stays.format(DEFAULT_KEYS)).equals(demo.rows(stays.format(DEFAULT_KEYS)))


def test_a_month_that_nobody_computed_is_said(demo: Installation, tmp_path: Path):
    done = export(demo.home, DEFAULT_KEYS, tmp_path / "out", "--month", "2019-01")
    assert (done.exit_code, (tmp_path / "out").exists()) == (1, False)
    assert "aucune période calculée en 2019-01" in done.output
