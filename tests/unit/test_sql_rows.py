"""Rows of a query fit in the terminal, whole, and hold nothing that drives it."""

import io
from pathlib import Path

import duckdb
import pytest
from typer.testing import CliRunner

from energy_pipeline.cli import app, rows
from energy_pipeline.cli.console import PlainConsole
from energy_pipeline.settings import Home
from energy_pipeline.tables import marts
from tests import publications


@pytest.fixture
def shown():
    """Return what a query prints in a terminal of a given width."""

    def run(query: str, width: int) -> list[str]:
        console = PlainConsole(file=io.StringIO(), width=width)
        with duckdb.connect() as connection:
            rows.show(connection.sql(query), console)
        assert isinstance(console.file, io.StringIO)
        return console.file.getvalue().splitlines()

    return run


def test_a_table_that_fits_is_a_table(shown):
    lines = shown("SELECT 'Mairie' AS name, 12.5 AS kwh UNION ALL SELECT NULL, 3", 60)
    assert [line for line in lines if "Mairie" in line and "12.5" in line]
    assert any("NULL" in line for line in lines) and lines[-1] == "2 lignes"


def test_one_that_is_too_wide_becomes_records_and_nothing_is_lost(shown):
    message = " ".join(f"mot{number:03}" for number in range(60))
    lines = shown(f"SELECT 'F1' AS finding_id, '{message}' AS message FROM range(2)", 60)
    assert all(len(line) <= 60 for line in lines)
    assert [line.rstrip() for line in lines if line.startswith("—")] == ["— ligne 1 —", "— ligne 2 —"]
    first = " ".join(lines[1 : lines.index(next(line for line in lines if "ligne 2" in line))]).split()
    assert [word for word in first if word.startswith("mot")] == message.split()


def test_what_is_not_shown_is_said(shown):
    assert "Seules les 1000 premières" in " ".join(shown("SELECT range FROM range(1001)", 60))
    assert "Seules les 40 premières" in " ".join(shown("SELECT repeat('x', 70) AS x FROM range(41)", 60))
    assert shown("SELECT range FROM range(1000)", 60)[-1] == "1000 lignes"


@pytest.mark.parametrize("width", [30, 200])
def test_control_characters_are_shown_as_marks(shown, width):
    text = "\n".join(shown("SELECT 'a' || chr(27) || ']0;pris' || chr(7) || chr(8238) || 'b' AS name, 1 AS n", width))
    assert not [letter for letter in text if letter != "\n" and not letter.isprintable()]
    assert "pris" in text.replace("\n", "") and "�" in text


def test_wide_rows_are_whole_in_csv(tmp_path: Path, monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    finding = publications.finding(1, "over_billed", "error", "supplier", "mot " * 200)
    publications.write(Home(tmp_path).create().publication, {marts.FINDING: [finding]})
    query = ["sql", "--home", str(tmp_path), "SELECT * FROM finding"]
    shown = CliRunner().invoke(app, query)
    assert shown.exit_code == 0 and max(map(len, shown.stdout.splitlines())) <= 80
    csv = CliRunner().invoke(app, [*query, "--format", "csv"]).stdout
    assert "mot " * 200 in csv


def test_a_statement_that_begins_with_a_comment_is_read_from_the_standard_input(tmp_path: Path):
    publications.write(Home(tmp_path).create().publication, {})
    asked = ["sql", "--home", str(tmp_path), "-", "--format", "csv"]
    assert (
        CliRunner().invoke(app, asked, input="-- How many?\nSELECT count(*) AS findings FROM finding").stdout
        == "findings\n0\n"
    )
