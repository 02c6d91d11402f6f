"""Commands that read the publication with SQL."""

import sys
from enum import StrEnum
from typing import Annotated

import duckdb
import typer

from energy_pipeline import warehouse
from energy_pipeline.cli.console import HomeOption, clear_errors, console, fail
from energy_pipeline.settings import Home


class TableFormat(StrEnum):
    """Ways in which `sql` prints rows."""

    TABLE = "table"
    CSV = "csv"
    JSON = "json"
    PARQUET = "parquet"


def sql(
    query: Annotated[str, typer.Argument(help="Statement to run on the publication.")],
    home: HomeOption,
    output: Annotated[TableFormat, typer.Option("--format")] = TableFormat.TABLE,
) -> None:
    """Run SQL on the publication, read-only; the tables of `marts` need no prefix."""
    with clear_errors(), warehouse.connect(Home(home).publication, read_only=True) as connection:
        connection.execute("SET schema = 'marts'")
        try:
            result = connection.sql(query)
        except duckdb.Error as error:
            raise fail(f"La requête est refusée : {error}") from error
        if result is None:
            return
        match output:
            case TableFormat.TABLE:
                result.show(max_rows=1000, max_width=console.width if console.is_terminal else 10_000)
            case TableFormat.CSV:
                sys.stdout.write(result.pl().write_csv())
            case TableFormat.JSON:
                sys.stdout.write(result.pl().write_json() + "\n")
            case TableFormat.PARQUET:
                result.pl().write_parquet(sys.stdout.buffer)
