"""The interactive shell: statements on several lines, tables, columns, errors that do not end it, read-only."""

import io
import os
from datetime import date
from pathlib import Path

import pytest
import typer
from rich.console import Console
from typer.testing import CliRunner

from energy_pipeline.cli import shell as module
from energy_pipeline.cli.query import open_publication
from energy_pipeline.settings import Home
from energy_pipeline.tables import marts
from tests import publications

ROWS = {
    marts.OPERATION: [
        {"operation_id": "ACC00000042", "name": "Soleil de Fontbelle"},
        {"operation_id": "ACC00000043", "name": "Soleil du Val"},
    ],
    marts.PRODUCER_MONTH: [
        {**publications.period(date(2025, 10, 1), date(2025, 10, 31)), "prm": "30001000000021", "surplus_kwh": 3.0}
    ],
}


@pytest.fixture
def publication(tmp_path: Path) -> Path:
    return publications.write(Home(tmp_path).create().publication, ROWS)


@pytest.fixture
def typed(publication, capsys, monkeypatch):
    """Return what is printed when some lines are typed, and whether the shell ended."""
    monkeypatch.setattr(module, "console", Console(file=io.StringIO(), width=150))

    def run(*lines: str) -> tuple[str, bool]:
        with open_publication(publication) as connection:
            shell = module.Shell(connection, publication)
            ended = [shell.onecmd(line) for line in lines][-1]
        return capsys.readouterr().out + module.console.file.getvalue(), ended

    return run


def test_a_statement_runs_at_its_semicolon(typed):
    printed, ended = typed("SELECT name", "FROM operation", "", "WHERE operation_id = 'ACC00000043';")
    assert "Soleil du Val" in printed and "Fontbelle" not in printed and not ended


def test_a_mistake_is_told_and_the_next_statement_runs(typed):
    printed, ended = typed("SELECT nothing FROM operation;", "SELECT count(*) FROM operation;")
    assert "Refusé" in printed and "nothing" in printed and "2" in printed and not ended


def test_tables_and_columns_are_shown_with_their_meaning(typed):
    printed, _ = typed(".tables", ".schema producer_month")
    assert "operation_month" in printed
    assert "surplus_kwh" in printed and "kWh" in printed


def test_nothing_can_be_written(typed):
    printed, _ = typed("DELETE FROM operation;", "SELECT count(*) AS left_there FROM operation;")
    assert "Refusé" in printed and "read-only" in printed and "2" in printed


@pytest.mark.parametrize("word", [".quit", ".exit", "EOF"])
def test_the_shell_ends(typed, word):
    assert typed(word)[1]


def test_an_unknown_command_shows_the_help(typed):
    printed, ended = typed(".what")
    assert ".schema TABLE" in printed and not ended


def test_names_are_completed(publication):
    with open_publication(publication) as connection:
        shell = module.Shell(connection, publication)
        assert "operation_month" in shell.completedefault("operation_")
        assert shell.completenames("self_produced_k") == ["self_produced_kwh"]


def test_a_new_publication_is_announced_once(typed, publication):
    beside = publication.with_suffix(".tmp")
    publications.write(beside, ROWS)
    with open_publication(publication) as connection:
        shell = module.Shell(connection, publication)
        os.replace(beside, publication)  # noqa: PTH105
        shell.onecmd("SELECT 1;")
        shell.onecmd("SELECT 1;")
    assert module.console.file.getvalue().count("nouvelle publication") == 1


def test_the_command_reads_its_input_to_the_end(publication):
    app = typer.Typer()
    app.command()(module.shell)
    typed = "SELECT name FROM operation;\n.quit\nSELECT 3;\n"
    result = CliRunner().invoke(app, ["--home", str(publication.parent.parent)], input=typed)
    assert result.exit_code == 0, result.output
    assert "lecture seule" in result.output and "Soleil du Val" in result.output
