"""Databases written again without a word on the holder of a point: an updated file keeps old blocks.

What the point consumed and was billed stays, under its stand-in: totals and accounts do not change.
"""

import json
import os
import shutil
import sqlite3
from collections.abc import Callable, Collection, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import duckdb

from energy_pipeline import warehouse
from energy_pipeline.landing import hiding
from energy_pipeline.tables import ALL_TABLES
from energy_pipeline.tables.landing import FILE
from energy_pipeline.tables.model import Column, Table
from energy_pipeline.warehouse import quoted

TELLING = frozenset(
    {*hiding.NAMES, "address", "site_address", "email", "siret_rna", "connection_request", "meter_number", "document"}
)
"""Columns whose values are looked for in free texts as well; a post code or a city says too little."""


@dataclass(frozen=True)
class Words:
    """What tells who holds a point. `own`: said of nobody else; `shared`: said of others too, who keep it."""

    prm: str
    stand_in: str
    own: frozenset[str] = frozenset()
    shared: frozenset[str] = frozenset()

    def joined(self, other: "Words") -> "Words":
        """Return the words of both."""
        shared = self.shared | other.shared
        return Words(self.prm, self.stand_in, (self.own | other.own) - shared, shared)

    def clean(self, text: str) -> str:
        """Return a text without the words that are the holder's only."""
        for word, by in _replacements(self, self.own):
            text = text.replace(word, by)
        return text


def _replacements(words: Words, told: Collection[str]) -> list[tuple[str, str]]:
    """Return (what to replace, by what), the longest first; a word may also stand in JSON."""
    forms = {form for word in told for form in (word, *(json.dumps(word, ensure_ascii=a)[1:-1] for a in (True, False)))}
    return [
        (words.prm, words.stand_in),
        *((word, hiding.ERASED_NAME) for word in sorted(forms, key=lambda form: (-len(form), form))),
    ]


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _points(table: Table) -> list[str]:
    return [column for column in hiding.POINTS if column in table.column_names]


def tells_of_holder(table: Table, column: Column) -> bool:
    """Whether a column may tell who holds the point of its row; the `name` of a file is a text as any other."""
    return table.name != FILE.name and column.name in (*hiding.NAMES, *hiding.PERSONAL) and bool(_points(table))


def present(connection: duckdb.DuckDBPyConnection) -> list[Table]:
    """Return the tables of the registry that the database has."""
    found = {
        f"{schema}.{name}"
        for schema, name in connection.execute(
            "SELECT schema_name, table_name FROM duckdb_tables() WHERE database_name = current_database()"
        ).fetchall()
    }
    return [table for table in ALL_TABLES if table.qualified_name in found]


def words(connection: duckdb.DuckDBPyConnection, prm: str, stand_in: str) -> Words:
    """Return what the rows about a point tell of who holds it."""
    of_point: set[str] = set()
    of_others: set[str] = set()
    for table in present(connection):
        columns = [column.name for column in table.columns if column.name in TELLING and table.name != FILE.name]
        is_own = " OR ".join(f"{column} = $prm" for column in _points(table)) or "false"
        for column in columns:
            rows = connection.execute(
                f"SELECT DISTINCT {column}, coalesce({is_own}, false) FROM {table.qualified_name} "
                f"WHERE {column} <> '' AND {column} <> $erased AND $prm IS NOT NULL",
                {"prm": prm, "erased": hiding.ERASED_NAME},
            ).fetchall()
            for value, own in rows:
                (of_point if own else of_others).add(value)
    return Words(prm, stand_in, frozenset(of_point - of_others), frozenset(of_point & of_others))


def rewrite(path: Path, told: Words, also: Callable[[duckdb.DuckDBPyConnection], None] | None = None) -> None:
    """Write a database again without the words; `also` changes the new one before it takes the place of the old."""
    beside = path.with_name(f"{path.name}.rewritten.tmp")
    beside.unlink(missing_ok=True)
    with warehouse.connect(path, read_only=True) as old:
        tables = present(old)
        [[block_bytes]] = old.execute("SELECT block_size FROM pragma_database_size()").fetchall()
        held = set(old.execute("SELECT schema_name || '.' || table_name, column_name FROM duckdb_columns()").fetchall())
    with duckdb.connect() as connection:
        connection.execute(f"ATTACH {quoted(beside)} AS made (BLOCK_SIZE {block_bytes})")
    with warehouse.connect(beside, holds_arrays=True) as connection:
        warehouse.create(connection, tuple(tables))
        connection.execute(f"ATTACH {quoted(path)} AS old (READ_ONLY)")
        for table in tables:
            columns = ", ".join(
                f"{_expression(table, column, told)} AS {column.name}"
                for column in table.columns
                if (table.qualified_name, column.name) in held
            )
            connection.execute(
                f"INSERT INTO {table.qualified_name} BY NAME SELECT {columns} FROM old.{table.qualified_name}"
            )
        connection.execute("DETACH old")
        if also is not None:
            also(connection)
        connection.execute("CHECKPOINT")
    shutil.copymode(path, beside)
    with beside.open("rb+") as handle:
        os.fsync(handle.fileno())
    beside.replace(path)


def _expression(table: Table, column: Column, told: Words) -> str:
    if column.type not in ("VARCHAR", "JSON") or column.allowed:
        return column.name
    is_own = " OR ".join(f"{point} = {_literal(told.prm)}" for point in _points(table))
    if tells_of_holder(table, column):
        instead = _literal(hiding.ERASED_NAME) if column.name in hiding.NAMES else "NULL"
        return f"CASE WHEN {is_own} THEN {instead} ELSE {column.name} END"
    cleaned = _replaced(column, _replacements(told, told.own))
    if is_own and told.shared:
        all_cleaned = _replaced(column, _replacements(told, told.own | told.shared))
        return f"CASE WHEN {is_own} THEN {all_cleaned} ELSE {cleaned} END"
    return cleaned


def _replaced(column: Column, replacements: Sequence[tuple[str, str]]) -> str:
    expression = f"CAST({column.name} AS VARCHAR)"
    for word, by in replacements:
        expression = f"replace({expression}, {_literal(word)}, {_literal(by)})"
    return f"CAST({expression} AS {column.type})"


def rewrite_sqlite(path: Path, told: Words) -> None:
    """Replace the words in each text of an SQLite file (runs and events of Dagster, mails sent), then compact it."""
    with closing(sqlite3.connect(path, timeout=30, isolation_level=None)) as connection:
        connection.execute("PRAGMA secure_delete = ON")
        tables = connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'").fetchall()
        for (table,) in tables:
            for _, column, kind, *_ in connection.execute(f'PRAGMA table_info("{table}")').fetchall():
                if not any(word in kind.upper() for word in ("TEXT", "CHAR", "CLOB")):
                    continue
                for word, by in _replacements(told, told.own):
                    connection.execute(
                        f'UPDATE "{table}" SET "{column}" = replace("{column}", ?, ?) WHERE instr("{column}", ?)',
                        (word, by, word),
                    )
        connection.execute("VACUUM")
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
