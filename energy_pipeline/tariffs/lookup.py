"""The rate of a day, and the rates of a period. A day without a rate gives « barème manquant », never the nearest."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from functools import cache

import polars as pl

from energy_pipeline.tariffs.rates import RateError, rates

LABELS = {
    "turpe_management": "TURPE, composante de gestion",
    "turpe_metering": "TURPE, composante de comptage",
    "turpe_power": "TURPE, part puissance",
    "turpe_energy": "TURPE, part énergie",
    "turpe_overrun": "TURPE, dépassement de puissance",
    "excise": "accise sur l'électricité",
    "cta": "CTA",
    "vat": "TVA",
    "tccfe": "TCCFE",
    "tdcfe": "TDCFE",
    "gas_excise": "accise sur le gaz",
    "gas_distribution_fixed": "ATRD, terme fixe",
    "gas_distribution_energy": "ATRD, terme variable",
    "gas_cta": "CTA du gaz",
    "gas_cta_transport_share": "CTA du gaz, coefficient de transport",
}
"""What each rate is called in French."""


@dataclass(frozen=True)
class Rate:
    """A value in force: `value` in `unit` (EUR/kWh, EUR/year, EUR/kVA/year, EUR/h, or 1 for a fraction)."""

    rate: str
    variant: str
    valid_from: date
    valid_to: date | None
    value: Decimal
    unit: str
    legal_reference: str
    confidence: str


@dataclass(frozen=True)
class MissingRate:
    """No table holds on `day`."""

    rate: str
    variant: str
    day: date

    @property
    def reason(self) -> str:
        """The French words for it."""
        return f"Barème manquant : {' '.join(filter(None, (LABELS[self.rate], self.variant)))} au {self.day:%d/%m/%Y}"


@dataclass(frozen=True)
class Segment:
    """Days of a period, `start` and `end` inclusive, on which one rate holds, or none."""

    start: date
    end: date
    rate: Rate | MissingRate

    @property
    def days(self) -> int:
        """The number of days."""
        return (self.end - self.start).days + 1


@cache
def _history(rate: str, variant: str) -> tuple[Rate, ...]:
    known = rates().filter(pl.col("rate") == rate)
    if known.is_empty():
        raise RateError(f"{rate} : aucun barème de ce nom.")
    return tuple(Rate(**row) for row in known.filter(pl.col("variant") == variant).iter_rows(named=True))


def lookup(rate: str, variant: str, day: date) -> Rate | MissingRate:
    """Return the value of `rate` for `variant` in force on `day`, or MissingRate. RateError: no such rate at all.

    A variant that no table names (an option without a published grid) is missing, like a day outside the tables.
    """
    for row in _history(rate, variant):
        if row.valid_from <= day and (row.valid_to is None or day < row.valid_to):
            return row
    return MissingRate(rate, variant, day)


def split_by_rate(start: date, end: date, rate: str, variant: str) -> list[Segment]:
    """Return the days from `start` to `end`, both inclusive, cut where the rate changes, in order.

    The days that no table covers are segments of their own.
    """
    cuts = {start}
    for row in _history(rate, variant):
        cuts |= {day for day in (row.valid_from, row.valid_to) if day and start < day <= end}
    starts = sorted(cuts)
    ends = [day - timedelta(days=1) for day in starts[1:]] + [end]
    return [Segment(first, last, lookup(rate, variant, first)) for first, last in zip(starts, ends, strict=True)]


def rates_over(periods: pl.DataFrame) -> pl.DataFrame:
    """Return the segments of many periods: what `split_by_rate` gives, in columns.

    `periods`: any key columns, with `start` and `end` (Date, inclusive, start ≤ end), `rate` and `variant`. Returns the
    columns of `periods`, then `segment_start`, `segment_end` (inclusive), `days`, `share` (of the period's days),
    `value` (Float64, in the units of `rates`), `legal_reference`, `confidence`; one row per period and segment on which
    a rate holds, and, if no table covers some days of a period, one row for them all: their number, the first of them
    as `segment_start`, a NULL `value`.
    """
    keyed = periods.with_row_index("_period").with_columns(_days=(pl.col("end") - pl.col("start")).dt.total_days() + 1)
    table = rates().select(
        "rate",
        "variant",
        "valid_from",
        last_day=pl.col("valid_to").fill_null(pl.date(9999, 12, 31)).dt.offset_by("-1d"),
        value=pl.col("value").cast(pl.Float64),
        legal_reference="legal_reference",
        confidence="confidence",
    )
    known = (
        keyed.join(table, on=["rate", "variant"])
        .with_columns(
            segment_start=pl.max_horizontal("start", "valid_from"), segment_end=pl.min_horizontal("end", "last_day")
        )
        .filter(pl.col("segment_start") <= pl.col("segment_end"))
        .with_columns(days=(pl.col("segment_end") - pl.col("segment_start")).dt.total_days() + 1)
        .drop("valid_from", "last_day")
    )
    following = pl.col("segment_start").shift(-1).over("_period", order_by="segment_start")
    after = pl.col("segment_end").dt.offset_by("1d")
    covered = known.group_by("_period").agg(
        _covered=pl.col("days").sum(),
        _first=pl.col("segment_start").min(),
    )
    holes = known.filter((after <= pl.col("end")) & (following.is_null() | (following != after)))
    first_holes = holes.group_by("_period").agg(_hole=after.min())
    missing = (
        keyed.join(covered, on="_period", how="left")
        .join(first_holes, on="_period", how="left")
        .with_columns(days=pl.col("_days") - pl.col("_covered").fill_null(0))
        .filter(pl.col("days") > 0)
        .with_columns(
            segment_start=pl.when(pl.col("_first").is_null() | (pl.col("_first") > pl.col("start")))
            .then("start")
            .otherwise("_hole")
        )
        .drop("_covered", "_first", "_hole")
    )
    return (
        pl.concat([known, missing], how="diagonal_relaxed")
        .with_columns(share=pl.col("days") / pl.col("_days"))
        .sort("_period", "segment_start", nulls_last=True)
        .select(
            *periods.columns, "segment_start", "segment_end", "days", "share", "value", "legal_reference", "confidence"
        )
    )
