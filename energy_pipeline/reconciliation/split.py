"""Our split beside the published one, summed up per participant."""

from dataclasses import dataclass
from datetime import date

import numpy as np
import polars as pl

from energy_pipeline.allocation.comparison import Arrays, BoolArray, FloatArray, excess
from energy_pipeline.tables.reductions import COMPARED_SPLIT
from energy_pipeline.tables.schemas import polars_schema
from energy_pipeline.tolerances import tolerances


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


def compare_steps(period: Period, arrays: Arrays, comparable: BoolArray, margin: FloatArray) -> pl.DataFrame:
    """Return computed.compared_split: one row per participant of which some step can be compared.

    `comparable`, `margin`: of `Arrays.is_comparable` and `Arrays.margin`.
    """
    per_kwh = period.hours / 1000
    shared_gap, remainder_gap = arrays.gaps(comparable)
    by_share, by_remainder = np.isfinite(shared_gap), np.isfinite(remainder_gap)
    compared = by_share | by_remainder
    exceeded = excess(shared_gap, remainder_gap, margin)
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
    return kept.select(pl.col(name).cast(type_) for name, type_ in polars_schema(COMPARED_SPLIT).items())
