"""Rows of a query in a terminal: a table while it fits, else one record after another."""

from collections.abc import Sequence

import duckdb
from rich.console import Console
from rich.markup import escape
from rich.table import Table
from rich.text import Text

MOST_ROWS, MOST_RECORDS = 1000, 40
_BORDERS = 3
"""Characters that a column takes beside its values."""


def show(result: duckdb.DuckDBPyRelation, console: Console) -> None:
    """Print the rows in the width of the terminal; a table too wide becomes records, cut short after some."""
    names, types = result.columns, [str(kind) for kind in result.types]
    found = [[_written(value) for value in row] for row in result.limit(MOST_ROWS + 1).fetchall()]
    rows = found[:MOST_ROWS]
    widest = [max(map(len, column)) for column in zip(names, types, *rows, strict=True)]
    if sum(widest) + _BORDERS * len(names) + 1 <= console.width:
        _table(names, types, rows, console)
        most = MOST_ROWS
    else:
        rows = rows[:MOST_RECORDS]
        _records(names, rows, console)
        most = MOST_RECORDS
    if len(found) > len(rows):
        console.print(f"Seules les {most} premières lignes sont montrées : --format csv ou json les donne toutes.")


def _written(value: object) -> str:
    return "NULL" if value is None else str(value).replace("\n", "⏎")


def _table(names: Sequence[str], types: Sequence[str], rows: list[list[str]], console: Console) -> None:
    table = Table(show_edge=True)
    for name, kind in zip(names, types, strict=True):
        is_number = kind.startswith(("DECIMAL", "DOUBLE", "FLOAT", "BIGINT", "INTEGER", "HUGEINT"))
        table.add_column(escape(name), justify="right" if is_number else "left", no_wrap=True)
    for row in rows:
        table.add_row(*map(Text, row))
    console.print(table)
    console.print(f"{len(rows)} lignes" if len(rows) != 1 else "1 ligne")


def _records(names: Sequence[str], rows: list[list[str]], console: Console) -> None:
    for number, row in enumerate(rows, 1):
        console.print(f"— ligne {number} —", style="bold")
        record = Table(box=None, show_header=False, padding=(0, 2, 0, 0), pad_edge=False)
        record.add_column(no_wrap=True, style="dim")
        record.add_column(overflow="fold")
        for name, value in zip(names, row, strict=True):
            record.add_row(Text(name), Text(value))
        console.print(record)
