"""The periods of an operation: from a date anniversaire mensuelle (DAM) to the day before the next (convention §4).

The convention does not say where the DAM lies in a month that lacks its day: here, on the last day of that month.
"""

from calendar import monthrange
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, order=True, slots=True)
class Period:
    """The days over which Enedis computes a split, both included."""

    start: date
    end: date

    @property
    def anniversary(self) -> date:
        """The DAM that closes the period: the day after its last one, from which deadlines count."""
        return self.end + ONE_DAY

    @property
    def days(self) -> int:
        """Length in civil days."""
        return (self.anniversary - self.start).days


@dataclass(frozen=True, slots=True)
class Timeline:
    """The periods of an operation, in order: those known or between two known ones, then those to come."""

    known: tuple[Period, ...] = ()
    ahead: tuple[Period, ...] = ()


def anniversary_in(month: date, anniversary_day: int) -> date:
    """Return the DAM that lies in the month of `month`; on its last day when the month is too short."""
    return month.replace(day=min(anniversary_day, monthrange(month.year, month.month)[1]))


def next_anniversary(day: date, anniversary_day: int) -> date:
    """Return the first DAM after `day`."""
    here = anniversary_in(day, anniversary_day)
    next_month = day.replace(day=1) + timedelta(days=32)
    return here if here > day else anniversary_in(next_month, anniversary_day)


def period_of(day: date, anniversary_day: int) -> Period:
    """Return the period to which `day` belongs."""
    here = anniversary_in(day, anniversary_day)
    last_month = day.replace(day=1) - ONE_DAY
    start = here if here <= day else anniversary_in(last_month, anniversary_day)
    return Period(start, next_anniversary(day, anniversary_day) - ONE_DAY)


def timeline(
    observed: Iterable[Period], anniversary_day: int | None = None, start_date: date | None = None, ahead: int = 0
) -> Timeline:
    """Return the periods observed in files, those missing between them, and the `ahead` ones that follow.

    A period that starts on another day than the DAM moves it for the following ones (§4: Enedis may move the DAM).
    What is observed wins over `anniversary_day`, which settles what a short month leaves open (28/02: the 28th, or the
    31st). Nothing observed: `ahead` periods from `start_date`, none when it is unknown.
    """
    periods = sorted(set(observed))
    first = periods[0].start if periods else start_date
    if first is None:
        return Timeline()
    day = anniversary_day or first.day
    if not periods:
        return Timeline((), _following(first, day, ahead))
    known: list[Period] = []
    reached = first
    for period in periods:
        while reached < period.start:
            day = _moved(day, reached)
            end = min(next_anniversary(reached, day), period.start)
            known.append(Period(reached, end - ONE_DAY))
            reached = end
        day = _moved(day, period.start)
        known.append(period)
        reached = max(reached, period.anniversary)
    return Timeline(tuple(known), _following(reached, _moved(day, reached), ahead))


def _moved(anniversary_day: int, start: date) -> int:
    """Return the day of the DAM, knowing that a period starts on `start`."""
    return anniversary_day if anniversary_in(start, anniversary_day) == start else start.day


def _following(start: date, anniversary_day: int, count: int) -> tuple[Period, ...]:
    found = []
    for _ in range(count):
        end = next_anniversary(start, anniversary_day)
        found.append(Period(start, end - ONE_DAY))
        start = end
    return tuple(found)
