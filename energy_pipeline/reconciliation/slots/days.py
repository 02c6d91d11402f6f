"""Curves reduced to energies per day, in and out of the off-peak hours."""

from collections.abc import Mapping, Sequence
from datetime import date

import numpy as np
import polars as pl
from numpy.typing import NDArray

from energy_pipeline.allocation.comparison import Arrays
from energy_pipeline.metering.slots import off_peak, parse_windows, straddling
from energy_pipeline.reconciliation.split import Period
from energy_pipeline.tables.reductions import CONSUMER_SLOT_DAY
from energy_pipeline.tables.schemas import empty, polars_schema

ENERGIES = [name for name in CONSUMER_SLOT_DAY.column_names if name.endswith("_kwh")]

Hours = Mapping[str, tuple[str, str]]
"""By PRM: off-peak hours as written, and how they are known (declared or inferred)."""


def slot_days(
    period: Period, arrays: Arrays, hours: Hours, days: Sequence[date], starts: NDArray[np.intp]
) -> pl.DataFrame:
    """Return two rows a day for each consumer of `hours`; NULL where a step of the day is unknown.

    `days`, `starts`: the days of the period and the index of the first step of each.
    """
    per_kwh = period.hours / 1000
    grid = (period.start, period.end, period.step_minutes)
    series = (arrays.measured, arrays.shared, arrays.remainder, arrays.published_shared, arrays.published_remainder)
    slots: list[tuple[str, bool, str]] = []
    energies = []
    for row in np.flatnonzero(arrays.is_consumer):
        prm = arrays.prms[row]
        windows = parse_windows(hours[prm][0]) if prm in hours else None
        if windows is None:
            continue
        low, shared_steps = off_peak(windows, *grid), straddling(windows, *grid)
        straddled = np.add.reduceat(arrays.measured[row] * shared_steps, starts)
        for is_off_peak, mask in ((False, ~low), (True, low)):
            slots.append((prm, is_off_peak, hours[prm][1]))
            # NaN × 0 is NaN: a step unknown in one slot leaves the day unknown in both.
            energies.append([*(np.add.reduceat(values[row] * mask, starts) for values in series), straddled])
    if not slots:
        return empty(CONSUMER_SLOT_DAY)
    columns = np.array(energies).transpose(1, 0, 2).reshape(len(series) + 1, -1) * per_kwh
    prms, off_peaks, sources = ([value for value in values for _ in days] for values in zip(*slots, strict=True))
    made = pl.DataFrame(
        {
            "operation_id": [period.operation_id] * len(prms), "period_start": [period.start] * len(prms),
            "prm": prms, "day": [*days] * len(slots), "is_off_peak": off_peaks, "slot_source": sources,
            **dict(zip(ENERGIES, columns, strict=True)),
        },
        schema=polars_schema(CONSUMER_SLOT_DAY),
    )  # fmt: skip
    return made.with_columns(pl.col(ENERGIES).fill_nan(None))
