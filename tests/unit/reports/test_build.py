import os
import subprocess
import sys
import zipfile
from datetime import date
from pathlib import Path

import pytest

from energy_pipeline.reports import QUALITY, build, write_index
from energy_pipeline.tables import marts
from tests import publications
from tests.publications import OPERATION, period
from tests.unit.reports.conftest import HALL, ROOF, SCHOOL

MONTH = date(2025, 10, 1)
STEPS = {"steps_expected": 0, "steps_estimated": 0, "steps_missing": 0}


def names(paths: list[Path], out: Path) -> list[str]:
    return [path.relative_to(out).as_posix() for path in paths]


def test_a_page_and_a_workbook_per_operation_and_an_index(publication, tmp_path):
    out = tmp_path / "reports"
    before = os.umask(0o000)
    try:
        written = build(publication, out, MONTH)
    finally:
        os.umask(before)
    folder = f"2025-10/{OPERATION}"
    assert names(written, out) == [
        f"{folder}/rapport.xlsx", f"{folder}/rapport.pdf",
        *(f"{folder}/participants/{prm}.html" for prm in (HALL, SCHOOL, ROOF)), f"{folder}/rapport.html", "index.html",
    ]  # fmt: skip
    assert {path.stat().st_mode & 0o777 for path in written} == {0o640}
    assert {path.stat().st_mode & 0o777 for path in (out, out / folder, out / folder / "participants")} == {0o750}
    assert not [path for path in out.rglob("*") if path.name.endswith(".partial")]


def test_the_index_links_what_exists_and_shows_what_belongs_to_no_operation(publication, tmp_path):
    build(publication, tmp_path, MONTH)
    html = (tmp_path / "index.html").read_text(encoding="utf-8")
    assert f'href="2025-10/{OPERATION}/rapport.html"' in html
    assert "2025-09/" not in html  # the period of September is published, its report is not written
    assert "1\u202f235,86\u00a0€" in html
    assert "Fichier d&#39;origine inconnue." in html
    assert "<script" not in html


def test_the_same_data_give_the_same_bytes_in_another_process_and_time_zone(publication, tmp_path):
    build(publication, tmp_path / "a", MONTH)
    code = (
        "import sys; from datetime import date; from pathlib import Path; from energy_pipeline.reports import build; "
    )
    code += "build(Path(sys.argv[1]), Path(sys.argv[2]), date(2025, 10, 1))"
    subprocess.run(
        [sys.executable, "-c", code, str(publication), str(tmp_path / "b")],
        check=True,
        env={**os.environ, "TZ": "Pacific/Auckland", "PYTHONHASHSEED": "7"},
        cwd=Path(__file__).resolve().parents[3],
    )
    for path in (tmp_path / "a").rglob("*.*"):
        assert path.read_bytes() == (tmp_path / "b" / path.relative_to(tmp_path / "a")).read_bytes(), path


def test_two_periods_of_a_month_have_two_folders_and_a_report_no_longer_published_goes(tmp_path):
    first, second = period(date(2025, 10, 1), date(2025, 10, 14)), period(date(2025, 10, 15), date(2025, 10, 31))
    two = publications.write(
        tmp_path / "two.duckdb", {marts.OPERATION_MONTH: [{**first, **STEPS}, {**second, **STEPS}]}
    )
    out = tmp_path / "out"
    foreign = out / "2025-10" / "notes"
    foreign.mkdir(parents=True)
    build(two, out, MONTH)
    assert sorted(path.name for path in (out / "2025-10").iterdir()) == [
        f"{OPERATION}_2025-10-01", f"{OPERATION}_2025-10-15", "notes",
    ]  # fmt: skip
    one = publications.write(tmp_path / "one.duckdb", {marts.OPERATION_MONTH: [{**first, **STEPS}]})
    build(one, out, MONTH)
    assert sorted(path.name for path in (out / "2025-10").iterdir()) == [OPERATION, "notes"]


def test_an_operation_number_that_is_a_path_makes_no_folder(tmp_path):
    evil = publications.write(
        tmp_path / "evil.duckdb",
        {marts.OPERATION_MONTH: [{**period(date(2025, 10, 1), date(2025, 10, 31), "../../etc"), **STEPS}]},
    )
    with pytest.raises(ValueError, match="no operation number"):
        build(evil, tmp_path / "out", MONTH)


def test_a_month_without_data_gives_an_index_alone(publication, tmp_path):
    assert names(build(publication, tmp_path / "out", date(2024, 1, 1)), tmp_path / "out") == ["index.html"]


def test_a_workbook_bears_no_time_of_its_making(publication, tmp_path):
    build(publication, tmp_path, MONTH)
    with zipfile.ZipFile(tmp_path / "2025-10" / OPERATION / "rapport.xlsx") as book:
        assert {entry.date_time[0] for entry in book.infolist()} == {1980}
        assert b"2025-10-14T00:00:00Z" in book.read("docProps/core.xml")


def test_the_index_links_the_page_of_the_quality_once_it_stands(publication, tmp_path):
    index = write_index(publication, tmp_path)
    assert QUALITY not in index.read_text(encoding="utf-8")
    (tmp_path / QUALITY).write_text("", encoding="utf-8")
    assert f'href="{QUALITY}"' in write_index(publication, tmp_path).read_text(encoding="utf-8")
