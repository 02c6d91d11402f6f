"""The latest version of each step of each curve, on the grid of a period."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from math import gcd

import numpy as np
import polars as pl
from numpy.typing import NDArray

from energy_pipeline.periods import grid

FloatArray = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class CurveFile:
    """A curve of one PRM, as landed: `watts` is a float32 view, NaN where the file has no value."""

    prm: str
    series: str
    period_start: date
    period_end: date
    step_minutes: int
    path: str
    watts: NDArray[np.float32]


def by_operation(curves: pl.DataFrame) -> dict[str, list[CurveFile]]:
    """Return the curves of each operation, the latest last. `curves`: landing.curve with `received_at` and `path`.

    Curves without PRM (totals of the operation) are left out.
    """
    rows = curves.filter(pl.col("prm").is_not_null() & (pl.col("watts").list.len() > 0)).sort("received_at", "file_id")
    values = rows["watts"].explode(empty_as_null=False).to_numpy() if len(rows) else np.empty(0, np.float32)
    ends = np.cumsum(rows["watts"].list.len().to_numpy()).tolist()
    columns = ("operation_id", "prm", "series", "period_start", "period_end", "step_minutes", "path")
    found: dict[str, list[CurveFile]] = defaultdict(list)
    for (operation_id, *fields), first, end in zip(rows.select(columns).iter_rows(), [0, *ends], ends, strict=False):
        prm, series, start, last_day, step, path = fields
        found[operation_id].append(CurveFile(prm, series, start, last_day, step, path, values[first:end]))
    return dict(found)


def period_step(curves: Iterable[CurveFile], period_start: date, period_end: date) -> int:
    """Return the step of the period in minutes: 15 or 30, that of most of its curves, else that of its date (§9)."""
    steps = Counter(
        curve.step_minutes
        for curve in curves
        if curve.step_minutes in (15, 30) and curve.period_start <= period_end and curve.period_end >= period_start
    )
    dated = 15 if period_start >= grid.STEP_CHANGE else 30
    return max(steps, key=lambda step: (steps[step], step == dated)) if steps else dated


def overlay(
    curves: Iterable[CurveFile], period_start: date, period_end: date, step_minutes: int
) -> dict[tuple[str, str], FloatArray]:
    """Return, for each (PRM, series), the power in W of each step of the period, NaN where no curve has a value.

    `curves` come the latest last; a later one overrides the earlier ones step by step, its NULLs do not. Curves are
    placed by instant; 5 and 10 minutes are averaged, 60 and 30 repeated onto the grid.
    """
    found: dict[tuple[str, str], FloatArray] = {}
    for curve in curves:
        if curve.period_start > period_end or curve.period_end < period_start:
            continue
        values = onto_step(curve.watts, curve.step_minutes, step_minutes)
        offset, steps = _placement(curve.period_start, period_start, period_end, step_minutes)
        first, last = max(offset, 0), min(offset + len(values), steps)
        key = (curve.prm, curve.series)
        if key not in found:
            found[key] = np.full(steps, np.nan)
        if first < last:
            part = values[first - offset : last - offset]
            np.copyto(found[key][first:last], part, where=~np.isnan(part))
    return found


def onto_step(watts: NDArray, from_minutes: int, to_minutes: int) -> NDArray:
    """Return mean powers of `from_minutes` as mean powers of `to_minutes`; a mean of which a part is NaN is NaN."""
    if from_minutes == to_minutes:
        return watts
    common = gcd(from_minutes, to_minutes)
    fine = np.repeat(watts.astype(np.float64), from_minutes // common)
    size = to_minutes // common
    return fine[: len(fine) // size * size].reshape(-1, size).mean(axis=1)


@lru_cache(maxsize=4096)
def _placement(curve_start: date, period_start: date, period_end: date, step_minutes: int) -> tuple[int, int]:
    """Return the index of the curve's first step in the period's grid, and the length of that grid."""
    steps = grid.count_steps(period_start, period_end, step_minutes)
    return grid.index_of(curve_start, period_start, step_minutes), steps


def paths_of(curves: Iterable[CurveFile], period_start: date, period_end: date) -> Mapping[tuple[str, str], list[str]]:
    """Return, for each (PRM, series), the paths of the files that touch the period, the latest last."""
    found: dict[tuple[str, str], list[str]] = defaultdict(list)
    for curve in curves:
        if curve.period_start <= period_end and curve.period_end >= period_start:
            found[curve.prm, curve.series].append(curve.path)
    return found
