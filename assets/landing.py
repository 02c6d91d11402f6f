"""Group `landing`: what arrived in the inbox. Here belongs the only asset that reads files."""

import os
from collections.abc import Iterable, Mapping
from datetime import date

import dagster as dg
import duckdb
import polars as pl

from assets.batches import ahead
from assets.metadata import described
from assets.progress import tell
from assets.resources import Installation, Warehouse
from energy_pipeline import landing, privacy, sources, warehouse
from energy_pipeline.publication import is_outdated
from energy_pipeline.reconciliation import months_touched
from energy_pipeline.tables import landing as landed_tables
from energy_pipeline.tables import marts, schemas


def _store(connection: duckdb.DuckDBPyConnection, landed: landing.Landed) -> None:
    for path in landed.entered:
        warehouse.delete(connection, landed_tables.FILE, {"path": path})
    for table, rows in landed.frames.items():
        if table is landed_tables.FILE:
            connection.register("landed", rows.select("path", "file_id").to_arrow())
            connection.execute(
                "DELETE FROM landing.file USING landed WHERE landed.path = file.path AND landed.file_id = file.file_id"
            )
            connection.unregister("landed")
        warehouse.insert(connection, table, rows)


def _note_pending(connection: duckdb.DuckDBPyConnection, months: Iterable[date]) -> None:
    for month in sorted(months):
        row = schemas.frame(landed_tables.PENDING_MONTH, [{"month": month}])
        warehouse.replace(connection, landed_tables.PENDING_MONTH, row, {"month": month})


def _months_of_bills(connection: duckdb.DuckDBPyConnection, landed: landing.Landed) -> frozenset[date]:
    """Return the months whose bills must be judged again because of a batch: its exports, its curves and keys."""
    files = landed.frames[landed_tables.FILE].filter(pl.col("status") == "loaded")
    exports = files.filter(pl.col("kind") == "invoices")["file_id"].to_list()
    days = files.filter(pl.col("kind").is_in(("curve", "dynamic_keys")) & pl.col("period_start").is_not_null())
    rows = warehouse.query(connection, "SELECT * FROM staging.invoice_row")
    if (readings := landed.frames.get(landed_tables.TABLE_OF_KIND["readings"])) is not None:
        # Registers of bills that stand in a file of their own.
        exports += rows.join(readings, on=["supplier", "invoice_number"], how="semi")["file_id"].unique().to_list()
    touched = months_touched(rows, exports, days.select("period_start", "period_end").unique().iter_rows())
    billed = rows.select(pl.coalesce("consumption_end", "invoice_date").dt.month_start()).to_series().unique()
    # A bill is checked against the one before it: gaps, overlaps, indexes.
    following = pl.Series(list(touched), dtype=pl.Date).dt.offset_by("1mo")
    return touched | frozenset(following.filter(following.is_in(billed.implode())))


def _is_landed(connection: duckdb.DuckDBPyConnection, seen: str) -> bool:
    """Whether the last landing ended with the inbox as it is now, and nothing was taken out of the registry since."""
    found = connection.execute(
        "SELECT count(*) FROM landing.inbox WHERE fingerprint = $seen AND files = (SELECT count(*) FROM landing.file)",
        {"seen": seen},
    ).fetchone()
    return bool(found and found[0])


def _note_landed(
    connection: duckdb.DuckDBPyConnection, seen: str, states: Mapping[str, str], forgotten: landing.StandIn | None
) -> None:
    """Note the inbox as it was when the landing began, but for the files whose name tells a forgotten point."""
    files = warehouse.query(connection, "SELECT count(*) AS files FROM landing.file").item()
    rows: list[dict[str, object]] = [
        {"path": path, "state": state} for path, state in states.items() if not landing.names(path, forgotten)
    ]
    with warehouse.transaction(connection):
        warehouse.replace(
            connection, landed_tables.INBOX, schemas.frame(landed_tables.INBOX, [{"fingerprint": seen, "files": files}])
        )
        warehouse.replace(connection, landed_tables.INBOX_FILE, schemas.frame(landed_tables.INBOX_FILE, rows))


def _unchanged(connection: duckdb.DuckDBPyConnection, states: Mapping[str, str]) -> frozenset[str]:
    """Return the files of the inbox that are what they were when the last landing that ended began."""
    noted = warehouse.query(connection, "SELECT path, state FROM landing.inbox_file")
    return frozenset(path for path, state in noted.iter_rows() if states.get(path) == state)


def _land(
    context: dg.AssetExecutionContext,
    connection: duckdb.DuckDBPyConnection,
    installation: Installation,
    *,
    passwords: Mapping[str, str],
    states: Mapping[str, str],
    forgotten: landing.StandIn | None,
) -> int:
    """Land what is new, batch by batch, then decide which version of each file holds; return how many were read."""
    home = installation.home_folders()
    read = 0
    registry = warehouse.query(connection, "SELECT * FROM landing.file")
    known = warehouse.run(connection, "staging/known_months")["month"].to_list()
    unchanged = _unchanged(connection, states)
    inbox = installation.inbox_path()
    batches = landing.land(inbox, registry, passwords=passwords, stand_in=forgotten, unchanged=unchanged)
    for landed in ahead(batches):
        # Before the commit: what is registered as refused is not given again, should the process be killed.
        landing.keep_refused(landed, home.quarantine)
        with warehouse.transaction(connection):
            _store(connection, landed)
            _note_pending(connection, landing.touched_months(landed, known, registry))
            _note_pending(connection, _months_of_bills(connection, landed))
        read += landed.frames[landed_tables.FILE].height
        context.log.info("%d files landed", read)
        tell("Réception", read, None, "fichiers")
    with warehouse.transaction(connection):
        current = landing.supersede(warehouse.query(connection, "SELECT * FROM landing.file"))
        warehouse.replace(connection, landed_tables.FILE, current)
        warehouse.fill(connection, marts.FILE, "marts/file")
    return read


@dg.asset(
    group_name="landing",
    kinds={"polars", "duckdb"},
    owners=["team:exploitation"],
    metadata=described(landed_tables.FILE, marts.FILE),
)
def files(context: dg.AssetExecutionContext, installation: Installation, database: Warehouse) -> dg.MaterializeResult:
    """Files of the inbox: recognised, registered, read, or refused with a reason in French.

    Only what is new is read. The months that it touches are noted as pending, for the monthly job; the last one also
    where there is no publication, or an earlier release made it, which lacks what this one would give.
    """
    home = installation.home_folders()
    passwords = sources.read_passwords(home.root, os.environ)
    # Taken before anything is read: what arrives meanwhile is for the next landing.
    states = landing.states(installation.inbox_path())
    seen = landing.fingerprint(states, home.root, repr(passwords))
    read = 0
    with database.get_connection() as connection:
        if not _is_landed(connection, seen):
            forgotten = privacy.forgotten(home.root)
            read = _land(context, connection, installation, passwords=passwords, states=states, forgotten=forgotten)
            _note_landed(connection, seen, states, forgotten)
        if is_outdated(home):
            months = warehouse.run(connection, "staging/known_months")["month"]
            _note_pending(connection, months.sort().tail(1))
        statuses = warehouse.query(connection, "SELECT status, count(*) AS files FROM landing.file GROUP BY status")
    counts = dict(statuses.iter_rows())
    return dg.MaterializeResult(
        metadata={
            "fichiers nouveaux": read,
            "dagster/row_count": sum(counts.values()),
            "fichiers refusés": counts.get("quarantined", 0),
        }
    )
