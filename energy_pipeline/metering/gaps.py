"""Missing steps, estimated as the convention does (§5.2.3): linear up to one hour, from J-7 beyond."""

from datetime import date, datetime, timedelta
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from energy_pipeline.periods import grid
from energy_pipeline.tables.computed import QUALITY_CODES

FloatArray = NDArray[np.float64]
MEASURED, LINEAR, WEEK_BEFORE = (
    QUALITY_CODES[name] for name in ("measured", "estimated_linear", "estimated_week_before")
)
MISSING = QUALITY_CODES["missing"]
LONGEST_INTERPOLATED_MINUTES = 60
WEEK, DAY = timedelta(days=7), timedelta(days=1)
MINUTES_PER_DAY = 1440


def runs(mask: NDArray[np.bool_]) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Return the starts and the half-open ends of the stretches of True."""
    edges = np.flatnonzero(np.diff(np.concatenate(([False], mask, [False])).astype(np.int8)))
    return edges[::2], edges[1::2]


def needs_week_before(values: FloatArray, step_minutes: int) -> bool:
    """Return whether some gap of `values` cannot be interpolated."""
    starts, ends = runs(np.isnan(values))
    return not _interpolable(starts, ends, len(values), step_minutes).all()


def fill(values: FloatArray, week_before: FloatArray | None, step_minutes: int) -> tuple[FloatArray, NDArray[np.uint8]]:
    """Return the powers with their gaps estimated, and the quality code of each step.

    `values`: (steps,), NaN where missing. `week_before`: (steps,), what was measured seven days before at the same
    local time (`week_before_of`), NaN or None where nothing was. A gap of at most one hour between two measured values
    is interpolated; any other is copied from J-7, and what J-7 lacks stays NaN.
    """
    missing = np.isnan(values)
    quality = np.where(missing, MISSING, MEASURED).astype(np.uint8)
    if not missing.any():
        return values, quality
    filled = values.copy()
    starts, ends = runs(missing)
    short = _interpolable(starts, ends, len(values), step_minutes)
    known = np.flatnonzero(~missing)
    for start, end in zip(starts[short], ends[short], strict=True):
        filled[start:end] = np.interp(np.arange(start, end), known, values[known])
        quality[start:end] = LINEAR
    if week_before is not None:
        copied = np.isnan(filled) & ~np.isnan(week_before)
        filled[copied] = week_before[copied]
        quality[copied] = WEEK_BEFORE
    return filled, quality


def week_before_of(
    values: FloatArray, before: FloatArray | None, period_start: date, period_end: date, step_minutes: int
) -> FloatArray:
    """Return, for each step of the period, what was measured seven days before at the same local time, else NaN.

    `values`: (steps of the period,); `before`: (steps of the seven days before it,), None when nothing is known.
    In autumn both passes of the repeated hour take the one hour of J-7; in spring J-7 may have no such hour.
    """
    index, steps_before = _week_before_index(period_start, period_end, step_minutes)
    extended = np.full(steps_before + len(values) + 1, np.nan)
    if before is not None:
        extended[:steps_before] = before
    extended[steps_before:-1] = values
    return extended[index]


@lru_cache(maxsize=64)
def local_minutes(period_start: date, period_end: date, step_minutes: int) -> NDArray[np.int64]:
    """Return the naive local label of each step of the grid, in minutes since 1970."""
    hours = np.array(grid.local_hours(period_start, period_end), dtype="datetime64[m]").astype(np.int64)
    labels = (hours[:, None] + np.arange(0, 60, step_minutes)).ravel()
    labels.flags.writeable = False
    return labels


def instant(step: int, period_start: date, period_end: date, step_minutes: int) -> datetime:
    """Return the naive local label of the start of one step."""
    label: datetime = np.datetime64(int(local_minutes(period_start, period_end, step_minutes)[step]), "m").astype(
        object
    )
    return label


@lru_cache(maxsize=64)
def _week_before_index(period_start: date, period_end: date, step_minutes: int) -> tuple[NDArray[np.int64], int]:
    """Return where J-7 of each step lies in the grid that starts seven days earlier (-1: nowhere), and that offset."""
    labels = local_minutes(period_start - WEEK, period_end, step_minutes)
    offset = -grid.index_of(period_start - WEEK, period_start, step_minutes)
    slot = (labels - labels[0]) // step_minutes
    where = np.full(slot.max() + 1, -1, dtype=np.int64)
    # Backwards, so that of two steps with the same label (autumn) the first one stays.
    where[slot[::-1]] = np.arange(len(slot))[::-1]
    return where[slot[offset:] - 7 * MINUTES_PER_DAY // step_minutes], offset


def _interpolable(starts: NDArray[np.intp], ends: NDArray[np.intp], steps: int, step_minutes: int) -> NDArray[np.bool_]:
    return ((ends - starts) * step_minutes <= LONGEST_INTERPOLATED_MINUTES) & (starts > 0) & (ends < steps)
