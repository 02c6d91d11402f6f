"""The whole way, by the real commands: demo inbox, run, publication, reports, a second run."""

import hashlib
from datetime import date
from pathlib import Path

import duckdb
import polars as pl
import pytest

from tests.integration.conftest import Installation, energy_pipeline, install


def content(folder: Path) -> dict[str, str]:
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def test_the_run_ends_with_one_refused_file_and_prints_its_results(demo: Installation):
    assert demo.run.returncode == 3, demo.run.stderr
    printed = demo.run.stdout
    assert "ACC00000101" in printed and "ACC00000102" in printed and "ACC00000103" in printed
    assert "Fichier refusé" in printed
    assert str(demo.home / "reports") in printed
    assert str(demo.home / "publication" / "energy.duckdb") in printed


def test_every_seeded_anomaly_is_found_and_nothing_else(demo: Installation):
    keys = ["check_name", "operation_id", "prm", "period_start", "invoice_number"]
    seeded = pl.read_csv(demo.inbox.parent / "inbox_anomalies.csv", separator=";", infer_schema=False)
    found = demo.rows("SELECT * FROM finding").with_columns(pl.col("period_start").cast(pl.String))
    expected = sorted(tuple(value or "" for value in row) for row in seeded.select(keys).iter_rows())
    observed = sorted(tuple(value or "" for value in row) for row in found.select(keys).iter_rows())
    assert observed == expected
    euros = {
        (row["check_name"], row["invoice_number"]): float(row["amount_eur"])
        for row in seeded.iter_rows(named=True)
        if row["amount_eur"] and row["invoice_number"]
    }
    assert euros
    for row in found.filter(pl.col("invoice_number").is_not_null()).iter_rows(named=True):
        wanted = euros.get((row["check_name"], row["invoice_number"]))
        if wanted is not None:
            assert float(row["amount_eur"]) == pytest.approx(wanted, abs=0.05), row["message"]


def test_the_older_keys_that_enedis_kept_are_found_to_explain_its_split(demo: Installation):
    [(operation, hypothesis, description, residual, difference)] = demo.rows(
        "SELECT operation_id, hypothesis, description, residual_kwh, difference_kwh "
        "FROM split_explanation WHERE rank = 1"
    ).iter_rows()
    assert (operation, hypothesis) == ("ACC00000101", "other_keys")
    assert description == "avec les clés statiques de l'Annexe 2 du 01/03/2025"
    assert residual < 0.01 * difference
    [(message, evidence)] = demo.rows(
        "SELECT message, evidence FROM finding WHERE check_name = 'published_split_differs'"
    ).iter_rows()
    assert f"Explication : {description}, la publication est reproduite au watt près" in message
    assert '"hypothesis": "avec les clés par défaut", "residual_kwh"' in evidence


def test_the_exchanges_of_each_step_add_up_to_those_of_the_month(demo: Installation):
    off = demo.rows(
        "SELECT month.producer_prm, month.consumer_prm FROM exchange_month AS month LEFT JOIN ("
        "SELECT producer_prm, consumer_prm, sum(power_w * step_minutes / 60000) AS energy_kwh FROM ("
        + " UNION ALL ".join(f"FROM exchange_step('ACC00000103', DATE '2025-10-{day:02}')" for day in range(1, 32))
        + ") GROUP BY ALL) AS step USING (producer_prm, consumer_prm) "
        "WHERE operation_id = 'ACC00000103' AND month = '2025-10-01' "
        "AND (step.energy_kwh IS NULL OR abs(step.energy_kwh - month.energy_kwh) > 1e-6)"
    )
    assert off.is_empty()


def test_a_second_run_changes_nothing(demo: Installation):
    before = content(demo.home / "publication"), content(demo.home / "reports")
    second = demo.again()
    assert second.returncode == 3, second.stderr
    assert "Rien de nouveau" in second.stdout
    assert (content(demo.home / "publication"), content(demo.home / "reports")) == before


def test_october_has_the_hour_that_summer_time_gives_back(demo: Installation):
    steps = demo.rows(
        "SELECT DISTINCT steps_expected / participants AS steps FROM operation_month JOIN "
        "(SELECT operation_id, period_start, count(DISTINCT (prm, role)) AS participants FROM curve GROUP BY ALL) "
        "USING (operation_id, period_start) WHERE operation_id = 'ACC00000103' AND month = '2025-10-01'"
    )
    assert steps["steps"].to_list() == [2980]
    repeated = demo.rows(
        "SELECT count(DISTINCT step_start) AS steps FROM curve WHERE operation_id = 'ACC00000103' "
        "AND strftime(step_start, '%Y-%m-%d %H') = '2025-10-26 02'"
    )
    assert repeated["steps"].to_list() == [8]


def test_the_homes_folders_are_private_but_for_publication_and_reports(demo: Installation):
    modes = {path.name: path.stat().st_mode & 0o777 for path in demo.home.iterdir() if path.is_dir()}
    assert modes == {
        "warehouse": 0o700, "quarantine": 0o700, "dagster": 0o700, "publication": 0o750, "reports": 0o750,
    }  # fmt: skip


def test_a_report_and_a_workbook_stand_for_each_operation_and_month(demo: Installation):
    periods = demo.rows("SELECT month, operation_id FROM operation_month")
    for month, operation in periods.iter_rows():
        folder = demo.home / "reports" / f"{month:%Y-%m}" / operation
        assert (folder / "rapport.html").stat().st_size > 10_000
        assert (folder / "rapport.xlsx").stat().st_size > 5_000


def test_the_parquet_files_hold_the_marts(demo: Installation):
    for mart in ("operation_month", "curve", "finding"):
        parquet = pl.scan_parquet(demo.home / "publication" / f"{mart}.parquet").select(pl.len()).collect().item()
        assert parquet == demo.rows(f"SELECT count(*) AS n FROM {mart}")["n"].item()


def test_a_reader_that_holds_the_publication_does_not_block_a_run(demo: Installation, tmp_path: Path):
    mine = demo.copy(tmp_path)
    publication = mine.home / "publication" / "energy.duckdb"
    with duckdb.connect(str(publication), read_only=True) as reader:
        before = reader.execute("SELECT count(*) FROM marts.finding").fetchone()
        (mine.inbox / "prices.csv").write_text(
            "operation_id;prm;price;slot;valid_from;valid_to;value_eur_per_kwh\n;;local_price;;2025-01-01;;0,08\n"
        )
        assert mine.again().returncode == 3
        assert reader.execute("SELECT count(*) FROM marts.finding").fetchone() == before


def test_a_mended_file_loads_and_leaves_the_quarantine(demo: Installation, tmp_path: Path):
    mine = demo.copy(tmp_path)
    [(path, line, value)] = mine.rows(
        "SELECT path, reason_line, reason_value FROM file WHERE status = 'quarantined'"
    ).iter_rows()
    kept = list((mine.home / "quarantine").rglob("*.motif.txt"))
    assert len(kept) == 1
    assert value in kept[0].read_text(encoding="utf-8")
    broken = mine.inbox / path
    lines = broken.read_text(encoding="utf-8-sig").splitlines()
    lines[line - 1] = lines[line - 1].replace(value, "0")
    broken.write_text("\n".join(lines) + "\n")
    mended = mine.again()
    assert mended.returncode == 0, mended.stdout + mended.stderr
    assert not list((mine.home / "quarantine").rglob("*.motif.txt"))
    assert mine.rows("SELECT DISTINCT status FROM file WHERE path = '" + path + "' ORDER BY status")[
        "status"
    ].to_list() == ["loaded", "superseded"]


def test_sql_reads_the_publication_in_each_format(demo: Installation, tmp_path: Path):
    query = "SELECT operation_id, month FROM operation_month ORDER BY ALL LIMIT 1"
    csv = energy_pipeline("sql", "--home", demo.home, "--format", "csv", query)
    assert csv.stdout.splitlines()[0] == "operation_id,month"
    assert csv.stdout.splitlines()[1].startswith("ACC00000101,2025-09-01")
    refused = energy_pipeline("sql", "--home", demo.home, "DELETE FROM finding")
    assert refused.returncode == 1
    assert "read-only" in refused.stderr
    absent = energy_pipeline("sql", "--home", tmp_path, "SELECT 1")
    assert absent.returncode == 1
    assert "n'existe pas" in absent.stderr


def test_an_inbox_of_other_operations_needs_no_configuration(tmp_path: Path):
    inbox = tmp_path / "inbox"
    made = energy_pipeline(
        "demo", "--out", inbox, "--operations", "1", "--consumers", "3", "--producers", "1", "--months", "1",
        "--first", "2026-03", "--seed", "7",
    )  # fmt: skip
    assert made.returncode == 0, made.stderr
    (inbox / "operations.toml").unlink()
    (inbox / "prices.csv").unlink()
    other = install(tmp_path, inbox)
    assert other.run.returncode in {0, 3}, other.run.stderr
    [month] = other.rows("SELECT * FROM operation_month").iter_rows(named=True)
    assert month["month"] == date(2026, 3, 1)
    assert month["self_consumption_kwh"] > 0
    steps = other.rows("SELECT count(*) AS n FROM curve WHERE role = 'producer'")["n"].item()
    assert steps == 2972  # 29 March 2026 has 23 hours


def test_an_empty_inbox_is_no_error_and_a_refused_file_taken_back_is_forgotten(tmp_path: Path):
    inbox = tmp_path / "inbox"
    inbox.mkdir()
    empty = install(tmp_path, inbox)
    assert (empty.run.returncode, empty.run.stderr) == (0, "")
    assert "La boîte de dépôt est vide : rien à traiter." in empty.run.stdout
    (inbox / "note.pdf").write_bytes(b"%PDF")
    assert empty.again().returncode == 3
    assert empty.rows("SELECT check_name FROM finding")["check_name"].to_list() == ["quarantined_file"]
    (inbox / "note.pdf").unlink()
    assert empty.again().returncode == 0
    assert empty.rows("SELECT check_name FROM finding").is_empty()
    assert not any((empty.home / "quarantine").iterdir())
