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
from energy_pipeline.tables import marts, schemas

FILE_MODE = 0o640


def _put_in_place(temporary: Path, final: Path) -> None:
    with temporary.open("rb+") as handle:
        os.fsync(handle.fileno())
    temporary.chmod(FILE_MODE)
    temporary.replace(final)


def _escaped(path: Path) -> str:
    return str(path).replace("'", "''")


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
        connection.execute(f"ATTACH '{_escaped(home.warehouse)}' AS private (READ_ONLY)")
        for table in marts.TABLES:
            if table is marts.PUBLICATION:
                continue
            connection.execute(
                f"INSERT INTO {table.qualified_name} BY NAME SELECT * FROM private.{table.qualified_name}"
            )
        about = {
            "run_id": run_id,
            "published_at": published_at,
            "pipeline_version": version,
            "duckdb_version": duckdb.__version__,
        }
        warehouse.insert(connection, marts.PUBLICATION, schemas.frame(marts.PUBLICATION, [about]))
        connection.execute("DETACH private")
        for table in marts.TABLES:
            target = final.parent / f"{table.name}.parquet"
            beside = target.with_suffix(".tmp")
            copied = connection.execute(
                f"COPY {table.qualified_name} TO '{_escaped(beside)}' (FORMAT parquet, COMPRESSION zstd)"
            ).fetchone()
            rows[table.name] = int(copied[0]) if copied else 0
            beside_and_final.append((beside, target))
        calendar = final.parent / "echeances.ics"
        calendar.with_suffix(".tmp").write_bytes(
            calendar_file(warehouse.query(connection, "SELECT * FROM marts.deadline"))
        )
        beside_and_final.append((calendar.with_suffix(".tmp"), calendar))
        connection.execute("CHECKPOINT")
    for beside, target in beside_and_final:
        _put_in_place(beside, target)
    _put_in_place(temporary, final)
    return rows
