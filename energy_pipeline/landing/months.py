"""Which months must be computed again after a landing."""

from collections.abc import Iterable
from datetime import date

import polars as pl

from energy_pipeline.landing.deliveries import Landed
from energy_pipeline.landing.walk import containers
from energy_pipeline.periods.grid import month_of
from energy_pipeline.tables import landing as t

EVERYWHERE = frozenset(
    {"annexe2_operation", "annexe2_participants", "perimeter", "operations", "prices", "sites", "consents"}
)
"""Kinds that may change any month."""
SHOWN_ONLY = ("readings", "annual_sites", "portal_invoices", "technical_requests")
"""Kinds that no figure of a month depends on: computing the month of their reception again makes them appear."""


def touched_months(landed: Landed, known: Iterable[date], registry: pl.DataFrame) -> frozenset[date]:
    """Return the months (first days) to compute again after a batch, so that the order of arrival leaves no trace.

    `known`: all the months that there are; `registry`: landing.file before the batch. A dated file touches each month
    of its period, since a bill may lie across, and that of the periods that lie across it, which it may correct or end;
    an invoice row the month in which its consumption ends, else that of the invoice's date. A copy touches as much as
    its original: received later, it may be the version that counts. A file that tells no period touches its month of
    reception if it is refused, noted or only shown, and what it mends. A refused file that was taken back touches the
    month of its finding.
    """
    files, notes = landed.frames[t.FILE], landed.frames[t.NOTE]
    if landed.withdrawn:
        return frozenset(
            _months_of(registry.filter(status="quarantined").join(files, on=["path", "file_id"], how="semi"))
        )
    read = files.filter(pl.col("status") != "quarantined")
    undated = files.filter(
        pl.col("period_end").is_null()
        & (
            (pl.col("status") == "quarantined")
            | pl.col("file_id").is_in(notes["file_id"].implode())
            | pl.col("kind").is_in(SHOWN_ONLY)
        )
    )
    months = _dated(files) | _months_of(undated) | _months_of(_mended(read, registry)) | _overlapped(files, registry)
    if t.INVOICE_ROW in landed.frames:
        ends = landed.frames[t.INVOICE_ROW].select(day=pl.coalesce("consumption_end", "invoice_date"))["day"]
        months |= {month_of(day) for day in ends.drop_nulls().unique().to_list()}
    is_everywhere = not EVERYWHERE.isdisjoint(read["kind"].drop_nulls().to_list())
    return frozenset(months | set(known) if is_everywhere else months)


def _dated(files: pl.DataFrame) -> set[date]:
    months: set[date] = set()
    for start, end in files.select("period_start", "period_end").unique().drop_nulls().iter_rows():
        if start <= end:
            months |= _between(start, end)
    return months


def _overlapped(files: pl.DataFrame, registry: pl.DataFrame) -> set[date]:
    """Return the months of the periods that files of the same operations had before and that share a day with these."""
    names = ["operation_id", "period_start", "period_end"]
    new = files.select(names).drop_nulls().unique()
    before = registry.select("operation_id", start="period_start", end="period_end").drop_nulls().unique()
    across = new.join(before, on="operation_id").filter(
        (pl.col("start") <= pl.col("period_end")) & (pl.col("end") >= pl.col("period_start"))
    )
    return {month_of(day) for day in across["end"].unique().to_list()}


def _between(start: date, end: date) -> set[date]:
    months = {month_of(start)}
    while (last := max(months)) < month_of(end):
        months.add(date(last.year + last.month // 12, last.month % 12 + 1, 1))
    return months


def _months_of(files: pl.DataFrame) -> set[date]:
    """Return the months in which the findings of the files themselves stand."""
    days = files.select(day=pl.coalesce("period_end", pl.col("received_at").dt.date()))["day"]
    return {month_of(day) for day in days.unique().to_list()}


def _mended(read: pl.DataFrame, registry: pl.DataFrame) -> pl.DataFrame:
    """Return the refused files that those just read replace, or that held them and can be entered now."""
    refused = registry.filter(pl.col("status") == "quarantined")
    if refused.is_empty():
        return refused
    ways = {way for path in read["path"] for way in (path, *containers(path))}
    again = refused.join(read.select("name", "operation_id").unique(), on=["name", "operation_id"], how="semi")
    return pl.concat([refused.filter(pl.col("path").is_in(list(ways))), again])
