"""Which months must be computed again after a landing."""

from collections.abc import Iterable, Mapping
from datetime import date

import polars as pl

from energy_pipeline.landing.deliveries import Landed
from energy_pipeline.periods.grid import month_of
from energy_pipeline.tables import landing as t
from energy_pipeline.tables.model import Table

EVERYWHERE = frozenset(
    {"annexe2_operation", "annexe2_participants", "perimeter", "operations", "prices", "sites", "consents"}
)
"""Kinds that may change any month."""

SHOWN_ONLY = frozenset({"readings", "annual_sites", "portal_invoices", "technical_requests"})
"""Kinds that no figure of a month depends on: the month of their reception is computed again, so that they appear."""


def _between(start: date, end: date) -> set[date]:
    months = {month_of(start)}
    while (last := max(months)) < month_of(end):
        months.add(date(last.year + last.month // 12, last.month % 12 + 1, 1))
    return months


def _touched(frames: Mapping[Table, pl.DataFrame]) -> tuple[frozenset[date], bool]:
    """Return the months of what is dated, and whether something may change any month."""
    files = frames[t.FILE].filter(pl.col("status") != "duplicate")
    kinds = set(files.filter(pl.col("status") == "loaded")["kind"].drop_nulls().to_list())
    months: set[date] = set()
    dated = files.filter(pl.col("period_start").is_not_null() & pl.col("period_end").is_not_null())
    for start, end in dated.select("period_start", "period_end").unique().iter_rows():
        if start <= end:
            months |= _between(start, end)
    shown = files.filter((pl.col("status") == "loaded") & pl.col("kind").is_in(SHOWN_ONLY))
    months |= {month_of(at.date()) for at in shown["received_at"].to_list()}
    if t.INVOICE_ROW in frames:
        ends = frames[t.INVOICE_ROW].select(day=pl.coalesce("consumption_end", "invoice_date"))["day"]
        months |= {month_of(day) for day in ends.drop_nulls().unique().to_list()}
    return frozenset(months), bool(EVERYWHERE & kinds)


def months_to_recompute(frames: Mapping[Table, pl.DataFrame]) -> frozenset[date] | None:
    """Return the months (first days) touched by what was landed; None means every month that is known.

    A dated file touches each month of its period, since a bill may lie across; an invoice row the month in which its
    consumption ends, else that of the invoice's date; what is only shown, the month of its reception; a copy of a
    known file touches none.
    """
    months, is_everywhere = _touched(frames)
    return None if is_everywhere else months


def touched_months(landed: Landed, known: Iterable[date]) -> frozenset[date]:
    """Return the months to compute again after a batch, `known` being all those that there are."""
    months, is_everywhere = _touched(landed.frames)
    return months | frozenset(known) if is_everywhere else months
