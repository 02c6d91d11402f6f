"""One publication: the marts of the private warehouse as a database and as Parquet, the deadlines as a calendar."""

from datetime import datetime
from pathlib import Path

import duckdb

from energy_pipeline import warehouse
from energy_pipeline.follow_up import calendar_file
from energy_pipeline.publication import curves
from energy_pipeline.publication.versions import CURRENT, new_version
from energy_pipeline.settings import Home
from energy_pipeline.tables import marts, schemas
from energy_pipeline.warehouse import quoted


def publish(home: Home, *, run_id: str, published_at: datetime, version: str) -> dict[str, int]:
    """Copy the schema `marts` of the private warehouse to the publication, each mart to Parquet, deadlines to an .ics.

    Returns the number of rows of each mart. Nobody may hold the private warehouse in this process meanwhile.
    """
    about = {
        "run_id": run_id,
        "published_at": published_at,
        "pipeline_version": version,
        "duckdb_version": duckdb.__version__,
    }
    final = home.publication
    previous = (final.parent / CURRENT).resolve()
    with new_version(final.parent, published_at) as folder:
        database = folder / final.name
        held = curves.take_over(previous, database)
        with warehouse.connect(database) as connection:
            rows = _copy_marts(connection, home.warehouse, about)
            for table in rows:
                warehouse.write_parquet(connection, f"SELECT * FROM marts.{table}", folder / f"{table}.parquet")
            rows[marts.CURVE.name], holds = curves.refresh(connection, folder, held, previous)
            connection.execute("DETACH private")
            deadlines = warehouse.query(connection, "SELECT * FROM marts.deadline")
            (folder / "echeances.ics").write_bytes(calendar_file(deadlines))
            connection.execute("CHECKPOINT")
        curves.note(folder, holds, database)
    return rows


def is_outdated(home: Home) -> bool:
    """Whether no publication can be read, or it lacks a table or a column of the registry: an earlier release's."""
    try:
        with warehouse.connect(home.publication, read_only=True) as connection:
            found = connection.execute(
                "SELECT table_name, column_name FROM duckdb_columns() WHERE schema_name = 'marts'"
            )
            held = set(found.fetchall())
    except warehouse.WarehouseError:
        return True
    return any((table.name, column.name) not in held for table in marts.TABLES for column in table.columns)


def _copy_marts(connection: duckdb.DuckDBPyConnection, private: Path, about: dict[str, object]) -> dict[str, int]:
    """Attach the private warehouse; fill the marts from it, but that of curves. Return the number of rows of each."""
    others = [table for table in marts.TABLES if table is not marts.CURVE]
    warehouse.create(connection, marts.TABLES)
    for table in others:
        warehouse.delete(connection, table)
    connection.execute(warehouse.statement("publication/exchange_step"))
    # Told the size of its groups of rows, else DuckDB reads the arrays on one core.
    connection.execute(f"ATTACH {quoted(private)} AS private (READ_ONLY, ROW_GROUP_SIZE {warehouse.ROWS_OF_ARRAYS})")
    rows = {}
    for table in others:
        if table is marts.PUBLICATION:
            rows[table.name] = warehouse.insert(connection, table, schemas.frame(table, [about]))
            continue
        copied = connection.execute(
            f"INSERT INTO {table.qualified_name} BY NAME SELECT * FROM private.{table.qualified_name}"
        ).fetchone()
        rows[table.name] = int(copied[0]) if copied else 0
    return rows
