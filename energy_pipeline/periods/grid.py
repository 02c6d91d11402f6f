"""The time grid of a period: civil days of Europe/Paris cut into steps of equal length, as instants.

A civil day has 23, 24 or 25 hours, so lengths are counted in UTC; labels of files are local and ambiguous in autumn.
"""

from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

PARIS = ZoneInfo("Europe/Paris")
STEP_CHANGE = date(2024, 10, 1)
"""From the period of October 2024 the step is 15 minutes, 30 before (convention §9, Pas de Mesure)."""


def midnight(day: date) -> datetime:
    """Return the instant, in UTC, at which the civil `day` starts in Paris."""
    return datetime(day.year, day.month, day.day, tzinfo=PARIS).astimezone(UTC)


def next_day(day: date) -> date:
    """Return the day after `day`: the half-open end of a period whose last day is `day`."""
    return day + timedelta(days=1)


def count_steps(period_start: date, period_end: date, step_minutes: int) -> int:
    """Return the number of steps from the start of `period_start` to the end of `period_end`, both inclusive."""
    length = midnight(next_day(period_end)) - midnight(period_start)
    return int(length.total_seconds()) // (60 * step_minutes)


def index_of(day: date, period_start: date, step_minutes: int) -> int:
    """Return the index, in a grid that starts on `period_start`, of the first step of `day` (may be negative)."""
    return int((midnight(day) - midnight(period_start)).total_seconds()) // (60 * step_minutes)


@lru_cache(maxsize=256)
def instants(period_start: date, period_end: date, step_minutes: int) -> NDArray[np.datetime64]:
    """Return the instants (UTC, microseconds) at which the steps of the period start."""
    first = np.datetime64(midnight(period_start).replace(tzinfo=None), "us")
    steps = np.arange(count_steps(period_start, period_end, step_minutes), dtype="int64")
    grid = first + steps * np.timedelta64(step_minutes, "m")
    grid.flags.writeable = False
    return grid


@lru_cache(maxsize=256)
def local_hours(period_start: date, period_end: date) -> tuple[datetime, ...]:
    """Return the naive local label of each hour of the period, in order: 02:00 twice in autumn, absent in spring."""
    hours = count_steps(period_start, period_end, 60)
    first = midnight(period_start)
    return tuple((first + timedelta(hours=hour)).astimezone(PARIS).replace(tzinfo=None) for hour in range(hours))


def month_of(period_end: date) -> date:
    """Return the month to which a period belongs: the first day of the month of its last day."""
    return period_end.replace(day=1)
