"""On the home of the demo: quality, past publications, explanations, Parquet by month, readers other than ours."""

import json
import re
from datetime import datetime
from pathlib import Path

import polars as pl
import pytest

from energy_pipeline.settings import PROJECT
from energy_pipeline.tracing import rules
from tests.integration.conftest import Installation, energy_pipeline


def test_every_rule_of_quality_is_respected_and_told_on_a_page_that_the_index_links(demo: Installation):
    html = (demo.home / "reports" / "qualite.html").read_text(encoding="utf-8")
    published = demo.rows("SELECT published_at > '2026-02-01' AS is_after_the_demo FROM publication").item()
    broken = re.findall(r"<h3>(.*?)</h3>", html)
    assert broken == [] if published else len(broken) <= 2
    assert "https://" not in html and "http://" not in html
    assert 'href="qualite.html"' in (demo.home / "reports" / "index.html").read_text(encoding="utf-8")


def test_the_quality_stands_as_checks_that_warn(demo: Installation):
    from assets.quality import quality_of_the_publication

    specs = list(quality_of_the_publication.check_specs)
    assert {spec.asset_key.to_user_string() for spec in specs} == {"publication"}
    assert not any(spec.blocking for spec in specs)
    assert "consumer_month_is_plausible" in {spec.name for spec in specs}


def test_the_publication_is_kept_and_compared_with_itself_nothing_changed(demo: Installation):
    listed = energy_pipeline("history", "--home", demo.home)
    assert listed.returncode == 0, listed.stderr
    [at] = demo.rows("SELECT strftime(published_at, '%Y-%m-%dT%H:%M') AS at FROM publication")["at"]
    assert datetime.fromisoformat(at).strftime("%d/%m/%Y à %H:%M") in listed.stdout
    same = energy_pipeline("compare", "--home", demo.home, "--from", at)
    assert same.returncode == 0 and "Rien n'a changé" in same.stdout, same.stderr
    past = energy_pipeline("sql", "--home", demo.home, "--at", at, "--format", "csv", "SELECT count(*) FROM finding")
    assert past.stdout.splitlines()[1] == str(demo.rows("SELECT count(*) AS n FROM finding").item())


def test_every_finding_is_explained_with_its_files(demo: Installation):
    known = set(demo.rows("SELECT path FROM file")["path"])
    for finding_id in demo.rows("SELECT finding_id FROM finding ORDER BY 1 LIMIT 3")["finding_id"]:
        told = json.loads(energy_pipeline("explain", finding_id, "--home", demo.home, "--format", "json").stdout)
        assert told["rule"]["source"]
        assert {file["path"] for file in told["files"]} <= known and told["files"]


def test_a_figure_is_explained_down_to_its_files(demo: Installation):
    words = ("operation_month.self_consumption_kwh", "ACC00000101", "2025-10")
    told = json.loads(energy_pipeline("explain", *words, "--home", demo.home, "--format", "json").stdout)
    facts = {fact["label"]: fact["value"] for fact in told["facts"]}
    assert sum(part["value"] for part in told["parts"]) == pytest.approx(facts["Valeur"])
    inputs = [file["path"] for file in told["files"] if file["use"] == "input"]
    assert len(inputs) == 10 and all("01102025_31102025" in path for path in inputs)
    assert {key["source_file"] for key in told["keys"]} == {"pmo/ACC00000101/ACC00000101_20251001_ANNEXE2.12.csv"}
    assert rules.figures()["operation_month.self_consumption_kwh"].rule.source == told["rule"]["source"]


def test_curves_are_written_by_month_and_read_under_one_name(demo: Installation):
    folder = demo.home / "publication" / "curve.parquet"
    assert sorted(path.name for path in folder.iterdir()) == ["2025-09.parquet", "2025-10.parquet", "2025-11.parquet"]
    assert folder.stat().st_mode & 0o777 == 0o750
    october = pl.read_parquet(folder / "2025-10.parquet")
    assert october.height == demo.rows("SELECT count(*) FROM curve WHERE month = '2025-10-01'").item()


def test_the_examples_in_python_of_the_cookbook_run(demo: Installation, monkeypatch):
    page = (PROJECT / "docs" / "cookbook.md").read_text(encoding="utf-8")
    examples = re.findall(r"```python\n(.*?)```", page, re.DOTALL)
    assert len(examples) == 2
    monkeypatch.chdir(demo.home.parent)
    results: list[dict[str, object]] = []
    for example in examples:
        names: dict[str, object] = {}
        exec(example.replace("data/home", str(demo.home)), names)
        results.append(names)
    october = results[0]["october"]
    assert isinstance(october, pl.DataFrame)
    ours = demo.rows("SELECT sum(self_consumption_kwh) FROM consumer_month WHERE month = '2025-10-01'").item()
    assert october["kwh"].sum() == pytest.approx(ours)
    findings = results[1]["findings"]
    assert isinstance(findings, pl.DataFrame) and findings.height


def test_a_csv_keeps_points_of_measurement_whole(demo: Installation, tmp_path: Path):
    made = energy_pipeline("sql", "--home", demo.home, "--format", "csv", "SELECT * FROM consumer_month")
    path = tmp_path / "consumer_month.csv"
    path.write_text(made.stdout, encoding="utf-8")
    read = pl.read_csv(path, schema_overrides={"prm": pl.String})
    assert set(read["prm"]) == set(demo.rows("SELECT DISTINCT prm FROM consumer_month")["prm"])
