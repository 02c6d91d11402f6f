"""Jours ouvrés: Monday to Friday less the public holidays (code du travail L3133-1).

In Alsace-Moselle Good Friday and 26 December are holidays too (L3134-13). The law grants Good Friday only to the
communes that have a Protestant temple beside a church; it counts here for all three departments.
"""

from datetime import date
from functools import lru_cache

import holidays

ALSACE_MOSELLE = ("57", "67", "68")
"""Departments of local law: the first two digits of their post codes."""


def has_local_law(post_code: str | None) -> bool:
    """Return whether the commune lies in Alsace-Moselle; without post code, it does not."""
    return (post_code or "").startswith(ALSACE_MOSELLE)


@lru_cache(maxsize=2)
def _holidays(local_law: bool) -> holidays.HolidayBase:
    return holidays.France(subdiv="57") if local_law else holidays.France()


def is_working_day(day: date, local_law: bool = False) -> bool:
    """Return whether `day` is a jour ouvré; `local_law`: in Alsace-Moselle."""
    return bool(_holidays(local_law).is_working_day(day))


@lru_cache(maxsize=65536)
def add_working_days(day: date, count: int, local_law: bool = False) -> date:
    """Return the `count`-th jour ouvré after `day`, or before it when `count` is negative; `day` itself never counts.

    Raises ValueError when `count` is 0: `day` may be no jour ouvré.
    """
    if count == 0:
        raise ValueError("count must not be 0")
    found: date = _holidays(local_law).get_nth_working_day(day, count)
    return found
