"""Our split beside the published one, step by step.

The curves are truncated to the watt (convention §11.6.1.1, printed example): a step differs when the gap exceeds what
1 W of truncation of each input, and of the published output, can make through the rule of Annexe 7.
"""

from dataclasses import dataclass
from datetime import date

import numpy as np
import polars as pl
from numpy.typing import NDArray

from energy_pipeline.invoices.reference import tolerances
from energy_pipeline.tables.computed import QUALITY_CODES

FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]

LINEAR, WEEK_BEFORE, MISSING = (
    QUALITY_CODES[name] for name in ("estimated_linear", "estimated_week_before", "missing")
)
OWN_KEYS = ("static", "dynamic", "full_dynamic")
"""Keys that do not depend on the consumption of the others; the default key does."""

SPLIT_SCHEMA = {
    "operation_id": pl.String(),
    "period_start": pl.Date(),
    "prm": pl.String(),
    "role": pl.String(),
    "recomputed_kwh": pl.Float64(),
    "published_kwh": pl.Float64(),
    "differs": pl.Boolean(),
    "first_step": pl.Int32(),
}
"""`recomputed_kwh` and `published_kwh`: self-consumption (self-produced part of a producer) over the steps compared;
`first_step`: index in the grid of the first step that differs."""


@dataclass(frozen=True)
class Period:
    """What the comparison needs of a row of computed.operation_period."""

    operation_id: str
    start: date
    end: date
    step_minutes: int
    key_type_used: str | None

    @property
    def hours(self) -> float:
        """Length of a step."""
        return self.step_minutes / 60


@dataclass(frozen=True)
class Arrays:
    """Participants of an operation's period as matrices (participants, steps) in W, NaN where unknown."""

    prms: list[str]
    is_consumer: BoolArray
    quality: FloatArray
    measured: FloatArray
    shared: FloatArray
    remainder: FloatArray
    published_shared: FloatArray
    published_remainder: FloatArray

    def is_estimated(self) -> BoolArray:
        """Return where we estimated the measure, or miss it."""
        return (self.quality == LINEAR) | (self.quality == WEEK_BEFORE) | (self.quality == MISSING)

    def is_comparable(self, key_type_used: str | None) -> BoolArray:
        """Return where our split rests on measures alone.

        Those of the participant itself and of all producers; those of all consumers too for a producer, and wherever
        the keys are not independent of them.
        """
        estimated = self.is_estimated()
        if not estimated.any():
            return np.ones_like(estimated)
        usable = ~estimated & ~estimated[~self.is_consumer].any(axis=0)
        consumers = ~estimated[self.is_consumer].any(axis=0)
        if key_type_used not in OWN_KEYS:
            return usable & consumers
        usable[~self.is_consumer] &= consumers
        return usable

    def margin(self, key_type_used: str | None) -> FloatArray:
        """Return by how many watts truncation may move a share, at each step.

        A consumer's share moves by at most 1 W per producer when the key limits it, by 1 W when its own consumption
        does; the default key adds its part `Dj / ΣD` of 1 W per consumer. A producer's part moves by at most 1 W per
        participant. The published share is truncated once more.
        """
        watt = tolerances("split")["watts_per_curve"]
        producers, consumers = (~self.is_consumer).sum(), self.is_consumer.sum()
        margin = np.full(self.measured.shape, watt * (1 + max(producers, 1)))
        if key_type_used not in OWN_KEYS:
            total = np.nansum(self.measured[self.is_consumer], axis=0)
            part = np.divide(self.measured, total, out=np.zeros_like(self.measured), where=total > 0)
            margin += watt * consumers * np.nan_to_num(part)
        margin[~self.is_consumer] = watt * (1 + producers + consumers)
        nothing_to_share = ~(np.nansum(self.measured[~self.is_consumer], axis=0) > 0)
        margin[:, nothing_to_share] = watt
        return margin


def compare_steps(period: Period, arrays: Arrays, comparable: BoolArray, margin: FloatArray) -> pl.DataFrame:
    """Return SPLIT_SCHEMA: one row per participant of which some step can be compared.

    `comparable`, `margin`: of `Arrays.is_comparable` and `Arrays.margin`.
    """
    watt = tolerances("split")["watts_per_curve"]
    per_kwh = period.hours / 1000
    shared_gap = np.where(comparable, arrays.shared - arrays.published_shared, np.nan)
    # The remainder is the measure less the share: one more truncated input.
    remainder_gap = np.where(comparable, arrays.remainder - arrays.published_remainder, np.nan)
    by_share, by_remainder = np.isfinite(shared_gap), np.isfinite(remainder_gap)
    compared = by_share | by_remainder
    exceeded = np.fmax(np.abs(shared_gap), np.abs(remainder_gap) - watt)
    exceeded -= margin
    exceeded[~(exceeded > 0)] = 0.0
    gap = np.where(by_share, shared_gap, np.where(by_remainder, -remainder_gap, 0.0))
    recomputed = np.where(compared, arrays.shared, 0.0).sum(axis=1) * per_kwh
    is_over = exceeded > 0
    first = np.where(is_over.any(axis=1), is_over.argmax(axis=1), -1)
    frame = pl.DataFrame(
        {
            "prm": arrays.prms,
            "role": ["consumer" if consumer else "producer" for consumer in arrays.is_consumer],
            "recomputed_kwh": recomputed,
            "published_kwh": recomputed - gap.sum(axis=1) * per_kwh,
            "differs": exceeded.sum(axis=1) * per_kwh > tolerances("split")["exceeded_kwh"],
            "first_step": first,
            "compared": compared.any(axis=1),
        }
    )
    kept = frame.filter("compared").with_columns(
        pl.lit(period.operation_id).alias("operation_id"),
        pl.lit(period.start).alias("period_start"),
        pl.col("first_step").replace(-1, None),
    )
    return kept.select(pl.col(name).cast(type_) for name, type_ in SPLIT_SCHEMA.items())
