"""The copy of the marts that readers open: built beside as a version, then put in place by one rename.

`publication/current` links to the version that holds, in `publication/versions/`; `publication/energy.duckdb` and
`publication/<mart>.parquet` link to what is in `current`. Readers are never blocked and never block: a version stays
until the next but one is published, and those who hold an open file keep reading it. Who opens several files of one
publication, or the same one several times (Polars does), resolves `current` first.
"""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import duckdb

from energy_pipeline import warehouse
from energy_pipeline.follow_up import calendar_file
from energy_pipeline.settings import Home
from energy_pipeline.tables import Table, marts, schemas
from energy_pipeline.warehouse import quoted

FILE_MODE, FOLDER_MODE = 0o640, 0o750
CURRENT, VERSIONS = "current", "versions"
BY_MONTH = (marts.CURVE,)
"""Large marts: their Parquet is a folder that readers open by the same name, with one file per month."""


def put_in_place(temporary: Path, final: Path) -> None:
    """Replace `final` by a file written beside it, in one step, once it is safe on the disk; readable by the group."""
    _settle(temporary)
    temporary.replace(final)


def _settle(path: Path) -> None:
    """Make a file, or a folder and all below, safe on the disk and readable by the group."""
    for below in path.iterdir() if path.is_dir() else ():
        _settle(below)
    path.chmod(FOLDER_MODE if path.is_dir() else FILE_MODE)
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def _new_version(folder: Path, published_at: datetime) -> Iterator[Path]:
    """Make the folder of a version, which the block fills; put it in place if it succeeds, else remove it."""
    versions = folder / VERSIONS
    versions.mkdir(exist_ok=True)
    versions.chmod(FOLDER_MODE)
    version = Path(tempfile.mkdtemp(prefix=f"{published_at.astimezone(UTC):%Y%m%dT%H%M%SZ}_", dir=versions))
    try:
        yield version
        _settle(version)
    except BaseException:
        shutil.rmtree(version, ignore_errors=True)
        raise
    _switch(folder, version)


def _switch(folder: Path, version: Path) -> None:
    """Make `version` the one that readers open; keep the previous one, which some are reading, remove the others."""
    previous = (folder / CURRENT).resolve()
    _link(folder / CURRENT, Path(VERSIONS, version.name))
    names = {path.name for path in version.iterdir()}
    for name in sorted(names):
        _link(folder / name, Path(CURRENT, name))
    for path in folder.iterdir():
        if path.is_symlink() and path.name not in names | {CURRENT}:
            path.unlink()  # a mart that is published no more
    _remove_versions(folder, kept={version.resolve(), previous})


def keep_only_current(home: Home) -> None:
    """Remove the previous version at once: who is reading it is cut off."""
    folder = home.publication.parent
    _remove_versions(folder, kept={(folder / CURRENT).resolve()})


def _remove_versions(folder: Path, kept: set[Path]) -> None:
    for version in (folder / VERSIONS).iterdir():
        if version.resolve() not in kept:
            shutil.rmtree(version)


def _link(path: Path, target: Path) -> None:
    """Make `path` a link to `target`, in one step unless a folder of an earlier layout, or a copy's, stands there."""
    if path.is_symlink() and path.readlink() == target:
        return
    beside = path.with_name(f"{path.name}.tmp")
    beside.unlink(missing_ok=True)
    beside.symlink_to(target)
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    beside.replace(path)


def _parts(connection: duckdb.DuckDBPyConnection, table: Table, folder: Path) -> list[tuple[str, Path]]:
    """Return what is written in each Parquet file of a mart: one file, or a folder with one per month."""
    whole = folder / f"{table.name}.parquet"
    if table not in BY_MONTH:
        return [(f"SELECT * FROM {table.qualified_name}", whole)]
    whole.mkdir()
    months = connection.execute(f"SELECT DISTINCT month FROM {table.qualified_name} ORDER BY month").fetchall()
    if not months:
        return [(f"SELECT * FROM {table.qualified_name}", whole / "empty.parquet")]
    return [
        (f"SELECT * FROM {table.qualified_name} WHERE month = DATE '{month}'", whole / f"{month:%Y-%m}.parquet")
        for (month,) in months
    ]


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
    about = {
        "run_id": run_id,
        "published_at": published_at,
        "pipeline_version": version,
        "duckdb_version": duckdb.__version__,
    }
    final = home.publication
    with (
        _new_version(final.parent, published_at) as folder,
        warehouse.connect(folder / final.name) as connection,
    ):
        _copy_marts(connection, home.warehouse, about)
        rows = {table.name: _write_parquet(connection, table, folder) for table in marts.TABLES}
        deadlines = warehouse.query(connection, "SELECT * FROM marts.deadline")
        (folder / "echeances.ics").write_bytes(calendar_file(deadlines))
        connection.execute("CHECKPOINT")
    return rows


def _copy_marts(connection: duckdb.DuckDBPyConnection, private: Path, about: dict[str, object]) -> None:
    """Fill the marts of a new database with those of the private warehouse, and with what this publication is."""
    warehouse.create(connection, marts.TABLES)
    connection.execute(warehouse.statement("publication/exchange_step"))
    connection.execute(f"ATTACH {quoted(private)} AS private (READ_ONLY)")
    for table in marts.TABLES:
        if table in (marts.PUBLICATION, marts.CURVE):
            continue
        connection.execute(f"INSERT INTO {table.qualified_name} BY NAME SELECT * FROM private.{table.qualified_name}")
    _insert_curves(connection)
    warehouse.insert(connection, marts.PUBLICATION, schemas.frame(marts.PUBLICATION, [about]))
    connection.execute("DETACH private")


def _write_parquet(connection: duckdb.DuckDBPyConnection, table: Table, folder: Path) -> int:
    """Write a mart as Parquet; return the number of its rows."""
    rows = 0
    for source, path in _parts(connection, table, folder):
        copied = connection.execute(f"COPY ({source}) TO {quoted(path)} (FORMAT parquet, COMPRESSION zstd)").fetchone()
        rows += int(copied[0]) if copied else 0
    return rows
