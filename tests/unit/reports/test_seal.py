"""A report is written again when its content or the program changes, or when a file of it lacks; else it is left."""

import os
import shutil
from datetime import date
from pathlib import Path

import duckdb
import pytest

from energy_pipeline import program
from energy_pipeline.reports import build
from tests.publications import OPERATION
from tests.unit.reports.conftest import HALL, ROOF, SCHOOL

MONTH = date(2025, 10, 1)
FILES = {
    "rapport.html", "rapport.xlsx", "rapport.pdf", f"{HALL}.html", f"{SCHOOL}.html", f"{ROOF}.html", "index.html"
}  # fmt: skip


@pytest.fixture(scope="module")
def out(publication, tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("reports")
    build(publication, folder, MONTH)
    return folder


@pytest.fixture
def place(publication, out, tmp_path) -> tuple[Path, Path]:
    """A publication and its reports, to be changed."""
    shutil.copytree(out, tmp_path / "out")
    return Path(shutil.copy(publication, tmp_path / "publication.duckdb")), tmp_path / "out"


def again(place) -> set[str]:
    return {path.name for path in build(*place, MONTH)}


def change(place, statement: str) -> None:
    with duckdb.connect(str(place[0])) as connection:
        connection.execute(statement)


def test_what_says_the_same_is_left_as_it_stands(place):
    assert again(place) == {"index.html"}


@pytest.mark.parametrize("digit, written", [("1e-6", FILES), ("1e-12", {"index.html"})])
def test_a_figure_that_changes_is_told_unless_by_its_last_digits(place, digit, written):
    change(place, f"UPDATE marts.consumer_month SET consumption_kwh = consumption_kwh * (1 + {digit})")
    assert again(place) == written


def test_a_word_that_changes_is_told(place):
    change(place, "UPDATE marts.finding SET message = message || '.'")
    assert again(place) == FILES
    assert again(place) == {"index.html"}


@pytest.mark.parametrize("name", ["rapport.html", "rapport.xlsx", "rapport.pdf", f"participants/{HALL}.html"])
def test_a_file_that_lacks_has_its_report_written_again(place, name):
    lacking = place[1] / "2025-10" / OPERATION / name
    lacking.unlink()
    assert again(place) == FILES
    assert lacking.is_file()


def test_a_page_cut_short_is_written_again(place):
    page = place[1] / "2025-10" / OPERATION / "rapport.html"
    os.truncate(page, page.stat().st_size - 1)
    assert again(place) == FILES


def test_another_program_writes_again(place, monkeypatch):
    monkeypatch.setattr(program, "digest", lambda: "better")
    assert again(place) == FILES
