"""Days and quarter-hours of a stretch of time, and the hours of the suppliers' slots."""

from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

import holidays
import numpy as np
from numpy.typing import NDArray

from energy_pipeline.periods import grid

STEP = 15
HOURS_A_STEP = STEP / 60
WINTER = (11, 12, 1, 2, 3)
_SCHOOL_HOLIDAYS = (
    ((1, 1), (1, 4)), ((2, 14), (3, 1)), ((4, 11), (4, 26)), ((7, 5), (8, 31)), ((10, 18), (11, 2)),
    ((12, 20), (12, 31)),
)  # fmt: skip

SLOTS = {"BASE": ("BASE",), "HPHC": ("HP", "HC"), "4P": ("HPH", "HCH", "HPB", "HCB")}
"""Slots of each calendar, in the order of the energy files."""


@dataclass(frozen=True, eq=False)
class Clock:
    """The quarter-hours from the start of `start` to the end of `end`: index of the day and quarter of each step."""

    start: date
    end: date
    days: tuple[date, ...]
    day: NDArray[np.intp]
    quarter: NDArray[np.intp]
    is_weekend: NDArray[np.bool_]
    is_holiday: NDArray[np.bool_]
    is_school_holiday: NDArray[np.bool_]

    def span(self, first: date, last: date) -> slice:
        """Return the steps of the days `first` to `last`, both inclusive."""
        return slice(grid.index_of(first, self.start, STEP), grid.index_of(grid.next_day(last), self.start, STEP))

    @property
    def size(self) -> int:
        """Number of steps."""
        return len(self.day)


@lru_cache(maxsize=16)
def clock(start: date, end: date) -> Clock:
    """Return the clock of the days `start` to `end`, both inclusive."""
    labels = grid.local_hours(start, end)
    hours = np.array([label.hour for label in labels], dtype=np.intp)
    day = np.array([(label.date() - start).days for label in labels], dtype=np.intp)
    days = tuple(start + timedelta(days=n) for n in range((end - start).days + 1))
    public = holidays.country_holidays("FR", years=range(start.year, end.year + 1))
    return Clock(
        start,
        end,
        days,
        np.repeat(day, 4),
        (np.repeat(hours, 4) * 4 + np.tile(np.arange(4), len(hours))).astype(np.intp),
        np.array([d.weekday() >= 5 for d in days]),
        np.array([d in public for d in days]),
        np.array([any(a <= (d.month, d.day) <= b for a, b in _SCHOOL_HOLIDAYS) for d in days]),
    )


def off_peak_text(hours: tuple[tuple[int, int], ...]) -> str:
    """Return off-peak hours (quarters of the day) as suppliers write them, for example `22H00-6H00`."""
    return ";".join("-".join(f"{q // 4}H{q % 4 * 15:02d}" for q in window) for window in hours)


@lru_cache(maxsize=256)
def slot_codes(calendar: str, off_peak: tuple[tuple[int, int], ...], start: date, end: date) -> NDArray[np.intp]:
    """Return, for each step, the index of its slot in `SLOTS[calendar]`."""
    steps = clock(start, end)
    low = np.zeros(96, dtype=np.intp)
    for first, last in off_peak:
        if first < last:
            low[first:last] = 1
        else:
            low[first:] = 1
            low[:last] = 1
    if calendar == "BASE":
        return np.zeros(steps.size, dtype=np.intp)
    codes = low[steps.quarter]
    if calendar == "4P":
        summer = np.array([d.month not in WINTER for d in steps.days])
        codes = codes + 2 * summer[steps.day]
    return codes.astype(np.intp)


def add_months(day: date, months: int) -> date:
    """Return the first day of the month that is `months` after the month of `day`."""
    count = day.year * 12 + day.month - 1 + months
    return date(count // 12, count % 12 + 1, 1)


def month_end(day: date) -> date:
    """Return the last day of the month of `day`."""
    return add_months(day, 1) - timedelta(days=1)


def period(month: date, anniversary_day: int) -> tuple[date, date]:
    """Return the first and last day of the period whose last day is in `month` (convention §4.1)."""
    if anniversary_day == 1:
        return month, month_end(month)
    return add_months(month, -1).replace(day=anniversary_day), month.replace(day=anniversary_day) - timedelta(days=1)
