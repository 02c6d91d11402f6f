"""Curves of which several files speak: what the first said, what holds now, day by day."""

from datetime import date

import numpy as np
import polars as pl
from numpy.typing import NDArray

from energy_pipeline.metering import curves
from energy_pipeline.metering.curves import CurveFile
from energy_pipeline.periods import grid

FloatArray = NDArray[np.float64]

CHANGES_SCHEMA = {
    "operation_id": pl.String(),
    "period_start": pl.Date(),
    "period_end": pl.Date(),
    "prm": pl.String(),
    "series": pl.String(),
    "day": pl.Date(),
    "before_kwh": pl.Float64(),
    "after_kwh": pl.Float64(),
    "steps": pl.Int64(),
    "first_path": pl.String(),
    "last_path": pl.String(),
}
W_TO_KWH = 1 / 60_000
"""Times minutes."""


def changes(landed: pl.DataFrame, periods: pl.DataFrame) -> pl.DataFrame:
    """Return CHANGES_SCHEMA: for each curve of a period published with other values, the days on which it changed.

    `landed`: landing.curve with `received_at`, `path` and `first_received_at` (of the first copy of the same content),
    at least the curves of which several files speak; `periods`: (operation_id, period_start, period_end).
    `before_kwh`, `after_kwh`: energy of the changed steps of the day as first published (0 for a step that was absent)
    and as it holds now; `steps`: how many changed. Steps of which only one file speaks did not change; a later file's
    gap takes nothing back.
    """
    latest_last = curves.by_operation(landed)
    first_first = curves.by_operation(landed.with_columns(received_at="first_received_at"))
    rows: list[dict[str, object]] = []
    for operation_id, start, end in periods.select("operation_id", "period_start", "period_end").iter_rows():
        arrivals = _by_series(first_first.get(operation_id, []), start, end)
        step = curves.period_step(latest_last.get(operation_id, []), start, end)
        for (prm, series), held in sorted(_by_series(latest_last.get(operation_id, []), start, end).items()):
            files = arrivals[prm, series]
            if len(files) < 2:
                continue
            common = {"operation_id": operation_id, "period_start": start, "period_end": end, "prm": prm,
                      "series": series, "first_path": files[0].path, "last_path": held[-1].path}  # fmt: skip
            rows += [common | day for day in _days(files, held, (start, end, step))]
    return pl.DataFrame(rows, schema=CHANGES_SCHEMA)


def _by_series(files: list[CurveFile], start: date, end: date) -> dict[tuple[str, str], list[CurveFile]]:
    """Return the files that touch the period, by (PRM, series)."""
    found: dict[tuple[str, str], list[CurveFile]] = {}
    for file in files:
        if file.period_start <= end and file.period_end >= start:
            found.setdefault((file.prm, file.series), []).append(file)
    return found


def _days(arrivals: list[CurveFile], held: list[CurveFile], period: tuple[date, date, int]) -> list[dict[str, object]]:
    """Return the changed days of a curve; `arrivals`: its files in order of first arrival, `held`: the latest last."""
    start, end, step = period
    first, was_absent = _first(arrivals, period)
    last = curves.overlay(held, *period)[held[0].prm, held[0].series]
    changed = ~np.isnan(last) & ((first != last) | was_absent)
    last = np.nan_to_num(last)
    if not changed.any():
        return []
    hours = np.array(grid.local_hours(start, end), dtype="datetime64[D]")
    days, place = np.unique(np.repeat(hours, 60 // step), return_inverse=True)
    before, after = (
        np.bincount(place, np.where(changed, values, 0.0), len(days)) * (step * W_TO_KWH) for values in (first, last)
    )
    steps = np.bincount(place, changed, len(days)).astype(int)
    return [
        {"day": days[one].astype(date), "before_kwh": float(before[one]), "after_kwh": float(after[one]),
         "steps": int(steps[one])}
        for one in np.flatnonzero(steps)
    ]  # fmt: skip


def _first(arrivals: list[CurveFile], period: tuple[date, date, int]) -> tuple[FloatArray, NDArray[np.bool_]]:
    """Return (steps,) of the powers as first published, 0 where a file came without a value, and where that was."""
    start, _, step = period
    steps = grid.count_steps(*period)
    first, was_absent = np.full(steps, np.nan), np.zeros(steps, dtype=bool)
    for file in arrivals:
        values = curves.overlay([file], *period)[file.prm, file.series]
        offset = max(grid.index_of(file.period_start, start, step), 0)
        until = min(grid.index_of(grid.next_day(file.period_end), start, step), steps)
        spoken = np.zeros(steps, dtype=bool)
        spoken[offset:until] = True
        was_absent |= spoken & np.isnan(values) & np.isnan(first)
        np.copyto(first, values, where=np.isnan(first))
    return np.where(was_absent, 0.0, first), was_absent
