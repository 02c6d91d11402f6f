"""The copy of the marts that readers open: built beside, then put in place in one step.

Readers are never blocked and never block: those who hold the previous file keep reading it.
"""

import os
from datetime import datetime
from pathlib import Path

import duckdb

from energy_pipeline import warehouse
from energy_pipeline.follow_up import calendar_file
from energy_pipeline.settings import Home
from energy_pipeline.tables import Table, marts, schemas
from energy_pipeline.warehouse import quoted

FILE_MODE, FOLDER_MODE = 0o640, 0o750
BY_MONTH = (marts.CURVE,)
"""Large marts: their Parquet is a folder that readers open by the same name, with one file per month."""


def put_in_place(temporary: Path, final: Path) -> None:
    """Replace `final` by a file written beside it, in one step, once it is safe on the disk; readable by the group."""
    with temporary.open("rb+") as handle:
        os.fsync(handle.fileno())
    temporary.chmod(FILE_MODE)
    temporary.replace(final)


def _parts(connection: duckdb.DuckDBPyConnection, table: Table, folder: Path) -> list[tuple[str, Path]]:
    """Return what is written in each Parquet file of a mart: one file, or a folder with one per month."""
    whole = folder / f"{table.name}.parquet"
    if table not in BY_MONTH:
        return [(f"SELECT * FROM {table.qualified_name}", whole)]
    months = connection.execute(f"SELECT DISTINCT month FROM {table.qualified_name} ORDER BY month").fetchall()
    if not months:
        return [(f"SELECT * FROM {table.qualified_name}", whole / "empty.parquet")]
    return [
        (f"SELECT * FROM {table.qualified_name} WHERE month = DATE '{month}'", whole / f"{month:%Y-%m}.parquet")
        for (month,) in months
    ]


def _make_folders(folder: Path, targets: set[Path]) -> None:
    """Make the folders of the marts written by month, and remove the months that are published no more."""
    for table in BY_MONTH:
        months = folder / f"{table.name}.parquet"
        if months.is_file():
            months.unlink()
        months.mkdir(exist_ok=True)
        months.chmod(FOLDER_MODE)
        for gone in set(months.glob("*.parquet")) - targets:
            gone.unlink()


def _insert_curves(connection: duckdb.DuckDBPyConnection) -> None:
    """Fill `marts.curve`, step by step, from the arrays of the attached private warehouse."""
    months = warehouse.query(connection, "SELECT DISTINCT month FROM private.computed.operation_period ORDER BY month")
    own = warehouse.query(connection, "SELECT current_database() AS name").item()
    connection.execute("USE private")
    for month in months["month"]:
        connection.execute(
            f"INSERT INTO {own}.{marts.CURVE.qualified_name} BY NAME {warehouse.statement('marts/curve')}",
            {"month": month},
        )
    connection.execute(f"USE {own}")


def publish(home: Home, *, run_id: str, published_at: datetime, version: str) -> dict[str, int]:
    """Copy the schema `marts` of the private warehouse to the publication, each mart to Parquet, deadlines to an .ics.

    Returns the number of rows of each mart. Nobody may hold the private warehouse in this process meanwhile.
    """
    final = home.publication
    temporary = final.with_suffix(".tmp")
    temporary.unlink(missing_ok=True)
    beside_and_final: list[tuple[Path, Path]] = []
    rows: dict[str, int] = {}
    with warehouse.connect(temporary) as connection:
        warehouse.create(connection, marts.TABLES)
        connection.execute(warehouse.statement("publication/exchange_step"))
        connection.execute(f"ATTACH {quoted(home.warehouse)} AS private (READ_ONLY)")
        for table in marts.TABLES:
            if table in (marts.PUBLICATION, marts.CURVE):
                continue
            connection.execute(
                f"INSERT INTO {table.qualified_name} BY NAME SELECT * FROM private.{table.qualified_name}"
            )
        _insert_curves(connection)
        about = {
            "run_id": run_id,
            "published_at": published_at,
            "pipeline_version": version,
            "duckdb_version": duckdb.__version__,
        }
        warehouse.insert(connection, marts.PUBLICATION, schemas.frame(marts.PUBLICATION, [about]))
        connection.execute("DETACH private")
        for table in marts.TABLES:
            rows[table.name] = 0
            for source, target in _parts(connection, table, final.parent):
                beside = final.parent / f"{table.name}_{target.stem}.tmp"
                copied = connection.execute(
                    f"COPY ({source}) TO {quoted(beside)} (FORMAT parquet, COMPRESSION zstd)"
                ).fetchone()
                rows[table.name] += int(copied[0]) if copied else 0
                beside_and_final.append((beside, target))
        calendar = final.parent / "echeances.ics"
        calendar.with_suffix(".tmp").write_bytes(
            calendar_file(warehouse.query(connection, "SELECT * FROM marts.deadline"))
        )
        beside_and_final.append((calendar.with_suffix(".tmp"), calendar))
        connection.execute("CHECKPOINT")
    _make_folders(final.parent, {target for _, target in beside_and_final})
    for beside, target in beside_and_final:
        put_in_place(beside, target)
    put_in_place(temporary, final)
    return rows
