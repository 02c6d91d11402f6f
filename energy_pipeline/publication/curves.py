"""`marts.curve`, step by step: by far the largest mart. A version takes over what the one before it holds unchanged.

What is taken over is told by `.curves.json`, beside the database: the program that made the curves, and the digest of
those of each operation's periods (`computed.operation_period`).
"""

import json
import shutil
from collections import defaultdict
from collections.abc import Mapping, Set
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import duckdb

from energy_pipeline import program, warehouse
from energy_pipeline.settings import Home
from energy_pipeline.tables import marts

NOTE = ".curves.json"
FOLDER = "curve.parquet"
"""The Parquet of the mart: a folder that readers open by that name, with one file per month."""
MOST_GROWTH = 1.5
"""Beyond it the database is made whole again: DuckDB gives back to the disk only a part of what is deleted."""

Unit = tuple[str, str]
"""First day of a month, operation."""
Periods = list[tuple[str, str, str | None]]
"""First day, last day and digest of the periods of a unit; the digest is None where an earlier program computed it."""


@dataclass(frozen=True)
class Curves:
    """What a version holds, by unit."""

    made_by: str
    units: Mapping[Unit, Periods]
    whole_bytes: int = 0
    """Size of the database when it was last made whole."""

    def changed(self, now: "Curves") -> set[Unit]:
        """Return the units that differ from `now`, or of which it is not known."""
        return {
            unit
            for unit in self.units.keys() | now.units.keys()
            if self.units.get(unit) != now.units.get(unit) or None in {digest for *_, digest in now.units[unit]}
        }


def start_afresh(home: Home) -> None:
    """Have the next publication made of the private warehouse alone: nothing of the present one is taken over."""
    (home.publication.parent / "current" / NOTE).unlink(missing_ok=True)


def take_over(previous: Path, database: Path) -> Curves | None:
    """Copy the database of the version before to `database`, unless it is of no use; return what it holds of curves."""
    try:
        told = json.loads((previous / NOTE).read_text(encoding="utf-8"))
        held = Curves(
            told["made_by"],
            {(month, operation): [tuple(each) for each in periods] for month, operation, periods in told["units"]},
            told["whole_bytes"],
        )
        size = (previous / database.name).stat().st_size
    except (OSError, ValueError, KeyError):
        return None
    if held.made_by != _made_by() or size > MOST_GROWTH * held.whole_bytes:
        return None
    shutil.copyfile(previous / database.name, database)
    try:
        with warehouse.connect(database):
            return held
    except warehouse.WarehouseError:
        database.unlink()
        return None


def refresh(
    connection: duckdb.DuckDBPyConnection, folder: Path, held: Curves | None, previous: Path
) -> tuple[int, Curves]:
    """Replace in `marts.curve`, and in its Parquet in `folder`, what differs from the attached private warehouse.

    `held`: what the mart holds, None if it is empty. Returns the rows of the mart, and what it holds then.
    """
    now = Curves(_made_by(), _computed(connection), held.whole_bytes if held else 0)
    before = held or Curves("", {})
    by_month: dict[str, list[str]] = defaultdict(list)
    for month, operation in sorted(before.changed(now)):
        by_month[month].append(operation)
    for month, operations in by_month.items():
        _replace(connection, date.fromisoformat(month), operations)
    _write_parquet(connection, folder / FOLDER, previous / FOLDER, by_month.keys())
    [[rows]] = connection.execute(f"SELECT count(*) FROM {marts.CURVE.qualified_name}").fetchall()
    return rows, now


def note(folder: Path, holds: Curves, database: Path) -> None:
    """Note beside the database what it holds; its own size, when it was made whole."""
    told = {
        "made_by": holds.made_by,
        "whole_bytes": holds.whole_bytes or database.stat().st_size,
        "units": [[*unit, periods] for unit, periods in sorted(holds.units.items())],
    }
    (folder / NOTE).write_text(json.dumps(told), encoding="utf-8")


def _made_by() -> str:
    """Return what changes when the same arrays may give other rows, or other files."""
    return f"{program.digest()} {duckdb.__version__}"


def _computed(connection: duckdb.DuckDBPyConnection) -> dict[Unit, Periods]:
    rows = connection.execute(
        "SELECT month, operation_id, period_start, period_end, digest FROM private.computed.operation_period "
        "ORDER BY ALL"
    ).fetchall()
    units: dict[Unit, Periods] = defaultdict(list)
    for month, operation, start, end, digest in rows:
        units[month.isoformat(), operation].append((start.isoformat(), end.isoformat(), digest))
    return dict(units)


def _replace(connection: duckdb.DuckDBPyConnection, month: date, operations: list[str]) -> None:
    own = warehouse.query(connection, "SELECT current_database() AS name").item()
    unit = {"month": month, "ids": operations}
    connection.execute(f"DELETE FROM {marts.CURVE.qualified_name} WHERE month = $month AND operation_id IN $ids", unit)
    connection.execute("USE private")
    # Of thousands of curves, what one core has unnested would wait in memory for the others to come before it.
    connection.execute("SET preserve_insertion_order = false")
    connection.execute(
        f"INSERT INTO {own}.{marts.CURVE.qualified_name} BY NAME {warehouse.statement('marts/curve')}", unit
    )
    connection.execute("RESET preserve_insertion_order")
    connection.execute(f"USE {own}")


def _write_parquet(connection: duckdb.DuckDBPyConnection, folder: Path, before: Path, changed: Set[str]) -> None:
    """Write the Parquet of the months that changed; the file of another month is the same one as before."""
    folder.mkdir()
    mart = marts.CURVE.qualified_name
    months = [month for (month,) in connection.execute(f"SELECT DISTINCT month FROM {mart} ORDER BY month").fetchall()]
    for month in months:
        path = folder / f"{month:%Y-%m}.parquet"
        if month.isoformat() not in changed:
            with suppress(OSError):  # not every file system has links
                path.hardlink_to(before / path.name)
                continue
        warehouse.write_parquet(connection, f"SELECT * FROM {mart} WHERE month = DATE '{month}'", path)
    if not months:
        warehouse.write_parquet(connection, f"SELECT * FROM {mart}", folder / "empty.parquet")
