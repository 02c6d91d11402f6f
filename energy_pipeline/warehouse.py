"""The only door to DuckDB: connections, statements of `sql/`, writes of whole frames."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import duckdb
import polars as pl

from energy_pipeline.settings import SQL
from energy_pipeline.tables import Table, ddl, landing, schemas

_CATALOGUE = """
    SELECT schema_name || '.' || table_name, comment FROM duckdb_tables() WHERE database_name = current_database()
    UNION ALL
    SELECT schema_name || '.' || table_name || '.' || column_name, comment
    FROM duckdb_columns() WHERE database_name = current_database()
"""
"""Tables and columns of the database, with what it says of them."""
_TIME_ZONE = "SET TimeZone = 'Europe/Paris'"
MEMORY_LIMIT = "1GB"
"""Beyond it DuckDB spills to the disk; what Python holds of a batch of operations comes on top."""
ROWS_OF_ARRAYS = 2048
"""Rows of a group where a row is a curve of a month: by default a group has 122 880 rows, and a month of 1 500
operations would fill one only, held in memory until the end of the transaction and read by one core.
"""
LATEST_ONLY = (landing.ENERGY, landing.EXCHANGE, landing.SYNTHESIS, landing.PRICE, landing.CONSENT)
OF_ANY_OPERATION = (landing.PRICE, landing.CONSENT)
"""Tables whose rows may name an operation or hold for all, whatever their file."""


class WarehouseError(Exception):
    """The warehouse cannot be opened; the message, in French, says why and what to do."""


def quoted(path: Path) -> str:
    """Return a path as a literal of SQL."""
    return "'" + str(path).replace("'", "''") + "'"


def _open(path: Path, *, read_only: bool, holds_arrays: bool) -> duckdb.DuckDBPyConnection:
    if not holds_arrays:
        return duckdb.connect(str(path), read_only=read_only, config={"memory_limit": MEMORY_LIMIT})
    settings: dict[str, str | bool | int | float | list[str]] = {
        "memory_limit": MEMORY_LIMIT, "temp_directory": f"{path}.tmp", "write_buffer_row_group_count": 1,
    }  # fmt: skip
    connection = duckdb.connect(config=settings)
    try:
        connection.execute(f"ATTACH {quoted(path)} AS energy (ROW_GROUP_SIZE {ROWS_OF_ARRAYS})")
        connection.execute("USE energy")
    except duckdb.Error:
        connection.close()
        raise
    return connection


@contextmanager
def connect(path: Path, *, read_only: bool = False, holds_arrays: bool = False) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open the DuckDB file at `path`, in the time zone of the meters, and close it whatever happens.

    `holds_arrays`: to write a file whose rows are long arrays. Raises WarehouseError when another process holds the
    file or when it is not a DuckDB file.
    """
    try:
        connection = _open(path, read_only=read_only, holds_arrays=holds_arrays)
    except duckdb.IOException as error:
        if "set lock" in str(error):  # a damaged file is said by its "block"
            raise WarehouseError(
                f"L'entrepôt {path} est ouvert par un autre programme : attendre la fin du traitement en cours, "
                "ou lire la publication, qui n'est jamais verrouillée."
            ) from error
        if not path.exists():
            raise WarehouseError(f"L'entrepôt {path} n'existe pas : lancer d'abord « energy-pipeline run ».") from error
        raise WarehouseError(
            f"Le fichier {path} n'est pas un entrepôt DuckDB lisible ({error}) : « energy-pipeline run --rebuild » "
            "le refait depuis la boîte de dépôt."
        ) from error
    try:
        connection.execute(_TIME_ZONE)
        yield connection
    finally:
        connection.close()


@contextmanager
def beside(connection: duckdb.DuckDBPyConnection) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open another session on the same database, for a thread that reads what is committed while this one writes."""
    [[name]] = connection.execute("SELECT current_database()").fetchall()
    session = connection.cursor()
    try:
        session.execute(f"USE {name}")
        session.execute(_TIME_ZONE)
        yield session
    finally:
        session.close()


@contextmanager
def transaction(connection: duckdb.DuckDBPyConnection) -> Iterator[None]:
    """Commit what the block did, or roll all of it back."""
    connection.begin()
    try:
        yield
    except BaseException:
        connection.rollback()
        raise
    connection.commit()


def create(connection: duckdb.DuckDBPyConnection, tables: tuple[Table, ...]) -> None:
    """Create the tables that do not exist, add to the others the columns that the registry gained, describe them.

    Only what differs from the catalogue is executed: the warehouse is opened often, its tables hardly ever change.
    """
    described = dict(connection.execute(_CATALOGUE).fetchall())
    with transaction(connection):
        for statement in ddl.create_schemas(tables):
            connection.execute(statement)
        for table in tables:
            if table.qualified_name not in described:
                connection.execute(ddl.create_table(table))
            else:
                for column in table.columns:
                    if f"{table.qualified_name}.{column.name}" not in described:
                        connection.execute(f"ALTER TABLE {table.qualified_name} ADD COLUMN {column.name} {column.type}")
            for name, text in ddl.descriptions(table).items():
                if described.get(name) != text:
                    connection.execute(ddl.comment(name, text))


def create_staging(connection: duckdb.DuckDBPyConnection) -> None:
    """Create the views `staging.*`: rows of the files that count, with their date and path.

    Earlier versions stay where the reader of the view resolves step by step or keeps a history; of totals (energies,
    exchanges, syntheses) and of files edited in place (operations.toml, prices.csv, consents.csv) only the latest one.
    """
    connection.execute("CREATE SCHEMA IF NOT EXISTS staging")
    for table in landing.TABLES:
        if "file_id" not in table.column_names or table is landing.FILE:
            continue
        earlier = "" if table in LATEST_ONLY else " OR file.status = 'superseded' AND file.kind <> 'operations'"
        same_operation = "AND row.operation_id = coalesce(file.operation_id, row.operation_id)"
        connection.execute(f"""
            CREATE OR REPLACE VIEW staging.{table.name} AS
            SELECT row.*, file.received_at, file.path
            FROM {table.qualified_name} AS row
            INNER JOIN landing.file AS file ON file.file_id = row.file_id AND (file.status = 'loaded'{earlier})
            {same_operation if "operation_id" in table.column_names and table not in OF_ANY_OPERATION else ""}
        """)


def statement(name: str) -> str:
    """Return the text of `sql/<name>.sql`."""
    return (SQL / f"{name}.sql").read_text(encoding="utf-8")


def query(connection: duckdb.DuckDBPyConnection, sql: str, **parameters: object) -> pl.DataFrame:
    """Return the rows of a statement, its `$name` parameters bound."""
    if not parameters:
        return connection.sql(sql).pl()
    # A relation with parameters is materialised by DuckDB first: ten times slower where columns are arrays.
    rows = pl.from_arrow(connection.execute(sql, parameters).to_arrow_table())
    assert isinstance(rows, pl.DataFrame)
    return rows


def run(connection: duckdb.DuckDBPyConnection, name: str, **parameters: object) -> pl.DataFrame:
    """Return the rows of the statement `sql/<name>.sql`, its `$name` parameters bound."""
    return query(connection, statement(name), **parameters)


def insert(connection: duckdb.DuckDBPyConnection, table: Table, rows: pl.DataFrame) -> int:
    """Validate `rows` against the registry and append them, by name; return their number."""
    if rows.is_empty():
        return 0
    checked = schemas.validate(table, rows)
    # Found by its name in this scope: a registered view would hold the rows until the end of the transaction.
    arrow_rows = checked.to_arrow()
    connection.execute(f"INSERT INTO {table.qualified_name} BY NAME SELECT * FROM arrow_rows")
    return arrow_rows.num_rows


def delete(connection: duckdb.DuckDBPyConnection, table: Table, where: Mapping[str, object] | None = None) -> None:
    """Delete the rows in which every column of `where` has its value; all rows when it is empty."""
    where = where or {}
    condition = " AND ".join(f"{name} = ${name}" for name in where) or "true"
    connection.execute(f"DELETE FROM {table.qualified_name} WHERE {condition}", dict(where) or None)


def replace(
    connection: duckdb.DuckDBPyConnection, table: Table, rows: pl.DataFrame, where: Mapping[str, object] | None = None
) -> int:
    """Replace by `rows` those that `where` selects; call it in a transaction. Return the number of rows."""
    delete(connection, table, where)
    return insert(connection, table, rows)


def fill(
    connection: duckdb.DuckDBPyConnection, table: Table, name: str, where: Mapping[str, object] | None = None
) -> int:
    """Replace the rows that `where` selects by those of `sql/<name>.sql`, bound to the same values; return how many.

    The rows never leave DuckDB: this is for marts made of what was validated before.
    """
    delete(connection, table, where)
    made = connection.execute(
        f"INSERT INTO {table.qualified_name} BY NAME {statement(name)}", dict(where or {}) or None
    )
    row = made.fetchone()
    return int(row[0]) if row else 0


def write_parquet(connection: duckdb.DuckDBPyConnection, sql: str, path: Path) -> int:
    """Write the rows of a statement as Parquet; return their number."""
    copied = connection.execute(f"COPY ({sql}) TO {quoted(path)} (FORMAT parquet, COMPRESSION zstd)").fetchone()
    return int(copied[0]) if copied else 0
