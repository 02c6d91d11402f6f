"""Dense arrays reduced to what comparing needs: daily energies, totals of the period, steps that differ.

After it no comparison touches a step again, so a month of thousands of operations can be reduced batch by batch.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

import numpy as np
import polars as pl
from numpy.typing import NDArray

from energy_pipeline.allocation.comparison import OWN_KEYS, Arrays, BoolArray, FloatArray
from energy_pipeline.periods import grid
from energy_pipeline.reconciliation.slots.days import Hours, slot_days
from energy_pipeline.reconciliation.split import Period, compare_steps
from energy_pipeline.tables import reductions, schemas
from energy_pipeline.tables.computed import QUALITY_CODES
from energy_pipeline.tolerances import tolerances

SERIES = {
    "consumer": ("consumption", "self_consumption", "complement"),
    "producer": ("production", "self_produced", "surplus"),
}
"""What the three arrays of a participant are, in order: measured, shared, remainder."""

DAYS, TOTALS = (schemas.polars_schema(table) for table in (reductions.CONSUMER_DAY, reductions.SERIES_TOTAL))
ENERGIES = [name for name in TOTALS if name.endswith("_kwh")]
QUANTITIES = [column.name for column in reductions.DAY_ENERGIES]


@dataclass(frozen=True)
class Reduced:
    """Curves of some operations, reduced: computed.consumer_day, series_total, compared_split, consumer_slot_day."""

    daily: pl.DataFrame
    totals: pl.DataFrame
    split: pl.DataFrame
    slot_daily: pl.DataFrame


def empty() -> Reduced:
    """Return the reduction of no curve."""
    return Reduced(*map(schemas.empty, reductions.REDUCTIONS))


def concat(parts: Iterable[Reduced]) -> Reduced:
    """Return several reductions as one."""
    listed = [empty(), *parts]
    names = ("daily", "totals", "split", "slot_daily")
    return Reduced(*(pl.concat([getattr(part, name) for part in listed]) for name in names))


def reduce_curves(operation_periods: pl.DataFrame, curves: pl.DataFrame, slot_energies: pl.DataFrame) -> Reduced:
    """Reduce computed.curve of the operations' periods.

    `curves`: all the participants of each operation and period; `slot_energies`: computed.slot_energy, which tells the
    off-peak hours. Curves whose length is not that of the period's grid are left out.
    """
    hours_of = _hours_of(slot_energies)
    rows_of = _rows_of_periods(curves)
    parts = []
    names = ("operation_id", "period_start", "period_end", "step_minutes", "key_type_used")
    for fields in operation_periods.select(names).iter_rows():
        period = Period(*fields)
        rows = rows_of.get((period.operation_id, period.start))
        if rows is None:
            continue
        group = curves[rows]
        arrays = _arrays(period, group)
        asked = hours_of.get((period.operation_id, period.start), {})
        judged = arrays.is_comparable(period.key_type_used), arrays.margin(period.key_type_used)
        parts.append(
            Reduced(
                _daily(period, arrays, _producers_known(period, group)),
                _totals(period, arrays, *judged),
                compare_steps(period, arrays, *judged),
                slot_days(period, arrays, asked, *_day_starts(period.start, period.end, period.step_minutes)),
            )
        )
    return concat(parts)


def _rows_of_periods(curves: pl.DataFrame) -> dict[tuple[str, date], list[int]]:
    """Return the rows of each operation and period, by role and PRM; the arrays, which are large, do not move."""
    keys = curves.select("operation_id", "period_start", "role", "prm").with_row_index("row")
    ordered = keys.sort("operation_id", "period_start", "role", "prm")
    found = ordered.group_by("operation_id", "period_start", maintain_order=True).agg("row")
    return {(operation_id, start): rows for operation_id, start, rows in found.iter_rows()}


def _hours_of(slot_energies: pl.DataFrame) -> dict[tuple[str, date], Hours]:
    found: defaultdict[tuple[str, date], dict[str, tuple[str, str]]] = defaultdict(dict)
    columns = ("operation_id", "period_start", "prm", "off_peak_hours", "slot_source")
    known = slot_energies.filter(pl.col("off_peak_hours").is_not_null()).select(columns).unique().sort(columns)
    for operation_id, start, prm, written, source in known.iter_rows():
        found[operation_id, start][prm] = (written, source)
    return dict(found)


def _arrays(period: Period, group: pl.DataFrame) -> Arrays:
    steps = grid.count_steps(period.start, period.end, period.step_minutes)
    fit = group.filter((pl.col("quality").list.len() == steps) & (pl.col("measured_w").list.len() == steps))
    return Arrays(
        prms=fit["prm"].to_list(),
        is_consumer=(fit["role"] == "consumer").to_numpy(),
        quality=matrix(fit["quality"], steps),
        measured=matrix(fit["measured_w"], steps),
        shared=matrix(fit["self_consumption_w"], steps),
        remainder=matrix(fit["remainder_w"], steps),
        published_shared=matrix(fit["published_self_consumption_w"], steps),
        published_remainder=matrix(fit["published_remainder_w"], steps),
    )


def matrix(lists: pl.Series, steps: int) -> FloatArray:
    """Return the lists as (rows, steps); NaN for NULL, for an absent list and for one of another length."""
    stacked = np.full((len(lists), steps), np.nan)
    fits = (lists.list.len() == steps).fill_null(False)
    if steps and fits.any():
        flat = lists.filter(fits).explode().cast(pl.Float64).to_numpy()
        stacked[fits.to_numpy()] = flat.reshape(-1, steps)
    return stacked


@lru_cache(maxsize=256)
def _day_starts(start: date, end: date, step: int) -> tuple[list[date], NDArray[np.intp]]:
    days = [start + timedelta(days=count) for count in range((end - start).days + 1)]
    return days, np.array([grid.index_of(day, start, step) for day in days], dtype=np.intp)


def _producers_known(period: Period, group: pl.DataFrame) -> FloatArray:
    """Return, per day, how many producers have a curve over all of their stay; NaN where our split rests on a gap.

    It does where a producer lacks a step, and where a consumer does whose consumption is in the denominator of the
    default keys, `Di / ΣD` (§4.1): who is missing there counts as nothing and leaves the others too much.
    """
    steps = grid.count_steps(period.start, period.end, period.step_minutes)
    _, starts = _day_starts(period.start, period.end, period.step_minutes)
    producers = group.filter(role="producer")
    needed = producers if period.key_type_used in OWN_KEYS else group
    present = np.logical_or.reduceat(matrix(producers["quality"], steps) > 0, starts, axis=1).sum(axis=0)
    return np.where(np.logical_or.reduceat(_lacks(needed, steps), starts, axis=1).any(axis=0), np.nan, present)


def _lacks(curves: pl.DataFrame, steps: int) -> BoolArray:
    """Return (curves, steps): where a participant that is present has no value."""
    quality = matrix(curves["quality"], steps)
    without_value = (quality > 0) & np.isnan(matrix(curves["measured_w"], steps))
    lacks: BoolArray = np.isnan(quality) | without_value | (quality == QUALITY_CODES["missing"])
    return lacks


def _daily(period: Period, arrays: Arrays, producers_known: FloatArray) -> pl.DataFrame:
    consumers = np.flatnonzero(arrays.is_consumer)
    days, starts = _day_starts(period.start, period.end, period.step_minutes)
    if not len(consumers):
        return schemas.empty(reductions.CONSUMER_DAY)
    per_kwh = period.hours / 1000
    series = (arrays.measured, arrays.shared, arrays.remainder, arrays.published_shared, arrays.published_remainder)
    columns = [(np.add.reduceat(values[consumers], starts, axis=1) * per_kwh).ravel() for values in series]
    frame = pl.DataFrame(
        {
            "operation_id": [period.operation_id] * (len(consumers) * len(days)),
            "period_start": [period.start] * (len(consumers) * len(days)),
            "prm": [arrays.prms[row] for row in consumers for _ in days],
            "day": days * len(consumers),
            **dict(zip(QUANTITIES, columns, strict=True)),
            "producers_known": np.tile(producers_known, len(consumers)),
        },
        schema_overrides={name: type_ for name, type_ in DAYS.items() if name != "producers_known"},
    )
    return frame.with_columns(
        pl.col(QUANTITIES).fill_nan(None), pl.col("producers_known").fill_nan(None).cast(pl.Int32)
    )


def _totals(period: Period, arrays: Arrays, comparable: BoolArray, margin: FloatArray) -> pl.DataFrame:
    """Return the energy of each series; a step at which the PRM is not a participant (quality 0) adds nothing."""
    per_kwh = period.hours / 1000
    stays = arrays.quality > 0
    days = (period.end - period.start).days + 1
    unseen = tolerances("energy")["unseen_steps_per_day"] * days
    watts = tolerances("split")["watts_per_curve"]

    def total(values: FloatArray) -> FloatArray:
        return np.where(stays, values, 0.0).sum(axis=1) * per_kwh

    def truncation(values: FloatArray, flows: BoolArray) -> FloatArray:
        """Return what 1 W hides at each step at which something may flow: a truncated 0 is not always nothing."""
        steps = (stays & (flows | (values > 0))).sum(axis=1) + unseen
        return np.minimum(steps, stays.sum(axis=1)) * watts * per_kwh

    measured = np.where(arrays.is_estimated().any(axis=1), np.nan, total(arrays.measured))
    complete = (comparable | ~stays).all(axis=1)
    allowed = total(margin)
    produced = np.nansum(arrays.measured[~arrays.is_consumer], axis=0) > 0
    drawn = arrays.is_consumer[:, None] | produced
    hidden = truncation(arrays.measured, drawn)
    shared, remainder = (np.where(complete, total(values), np.nan) for values in (arrays.shared, arrays.remainder))
    shown = (
        (measured, hidden, measured, hidden),
        (shared, allowed, total(arrays.published_shared), truncation(arrays.published_shared, produced)),
        (
            remainder,
            allowed + hidden,
            total(arrays.published_remainder),
            truncation(arrays.published_remainder, drawn),
        ),
    )
    roles = ["consumer" if consumer else "producer" for consumer in arrays.is_consumer]
    present = pl.Series(stays.any(axis=1))
    frames = [
        pl.DataFrame(
            {
                "prm": arrays.prms,
                "role": roles,
                "series": [SERIES[role][index] for role in roles],
                **dict(zip(ENERGIES, columns, strict=True)),
                "is_whole": stays.all(axis=1),
            }
        ).filter(present)
        for index, columns in enumerate(shown)
    ]
    made = pl.concat(frames).with_columns(
        pl.lit(period.operation_id).alias("operation_id"),
        pl.lit(period.start).alias("period_start"),
        pl.lit(period.end).alias("period_end"),
        pl.col(ENERGIES).fill_nan(None),
    )
    return made.select(pl.col(name).cast(type_) for name, type_ in TOTALS.items())
