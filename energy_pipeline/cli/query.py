"""Commands that read the publication with SQL."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import duckdb
import typer

from energy_pipeline import warehouse
from energy_pipeline.cli import rows
from energy_pipeline.cli.console import HomeOption, clear_errors, console, fail
from energy_pipeline.settings import Home


class TableFormat(StrEnum):
    """Ways in which `sql` prints rows."""

    TABLE = "table"
    CSV = "csv"
    JSON = "json"
    PARQUET = "parquet"


AtOption = Annotated[
    str | None,
    typer.Option(
        "--at", help="AAAA-MM-JJ[THH:MM] : la publication que les lecteurs avaient alors, si elle est gardée."
    ),
]


def publication_at(home: Path, at: str | None) -> Path:
    """Return the present publication, or the one that readers had at a moment; exit with the reason when it is gone."""
    if at is None:
        return Home(home).publication
    from energy_pipeline import history

    with clear_errors(history.HistoryError):
        path = history.at(Home(home), history.instant(at)).path
    assert path is not None
    return path


@contextmanager
def open_publication(path: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open a publication, read-only; the tables of `marts` need no prefix."""
    with warehouse.connect(path, read_only=True) as connection:
        connection.execute("SET schema = 'marts'")
        yield connection


def sql(
    query: Annotated[
        str,
        typer.Argument(
            metavar="REQUÊTE", help="Instruction à exécuter sur la publication ; « - » : sur l'entrée standard."
        ),
    ],
    home: HomeOption,
    output: Annotated[TableFormat, typer.Option("--format", help="Forme de la réponse.")] = TableFormat.TABLE,
    at: AtOption = None,
) -> None:
    """Run SQL on the publication, read-only; the tables of `marts` need no prefix."""
    with clear_errors(), open_publication(publication_at(home, at)) as connection:
        try:
            result = connection.sql(sys.stdin.read() if query == "-" else query)
        except duckdb.Error as error:
            raise fail(f"La requête est refusée : {error}") from error
        if result is None:
            return
        match output:
            case TableFormat.TABLE:
                rows.show(result, console)
            case TableFormat.CSV:
                sys.stdout.write(result.pl().write_csv())
            case TableFormat.JSON:
                sys.stdout.write(result.pl().write_json() + "\n")
            case TableFormat.PARQUET:
                result.pl().write_parquet(sys.stdout.buffer)
