"""Jours ouvrés, checked by hand on printed calendars."""

from datetime import date

import pytest

from energy_pipeline.periods.working_days import add_working_days, has_local_law, is_working_day


@pytest.mark.parametrize(
    ("post_code", "local"),
    [("57000", True), ("67100", True), ("68200", True), ("54000", False), ("88570", False), (None, False), ("", False)],
)
def test_local_law_follows_the_post_code(post_code, local):
    assert has_local_law(post_code) is local


@pytest.mark.parametrize(
    ("day", "inside", "elsewhere"),
    [
        (date(2025, 4, 18), False, True),  # Good Friday
        (date(2025, 4, 21), False, False),  # Easter Monday
        (date(2025, 5, 1), False, False),
        (date(2025, 5, 2), True, True),  # the Friday of a long weekend is worked
        (date(2025, 5, 8), False, False),
        (date(2025, 5, 29), False, False),  # Ascension
        (date(2025, 12, 24), True, True),
        (date(2025, 12, 25), False, False),
        (date(2025, 12, 26), False, True),  # Saint Stephen
        (date(2025, 12, 27), False, False),  # Saturday
        (date(2025, 7, 14), False, False),
    ],
)
def test_holidays_in_and_out_of_alsace_moselle(day, inside, elsewhere):
    assert is_working_day(day, local_law=True) is inside
    assert is_working_day(day, local_law=False) is elsewhere


@pytest.mark.parametrize(
    ("day", "count", "local_law", "expected"),
    [
        # 30/04 Wed; 2, 5, 6, 7 May are worked, 1 and 8 May are not.
        (date(2025, 4, 30), 4, False, date(2025, 5, 7)),
        (date(2025, 4, 30), 5, False, date(2025, 5, 9)),
        # 15/04 Tue; Good Friday 18, Easter Monday 21.
        (date(2025, 4, 15), 4, False, date(2025, 4, 22)),
        (date(2025, 4, 15), 4, True, date(2025, 4, 23)),
        # 22/12 Mon; 23, 24, (25), 26, 29, 30.
        (date(2025, 12, 22), 4, False, date(2025, 12, 29)),
        (date(2025, 12, 22), 4, True, date(2025, 12, 30)),
        # 01/01 Thu; 2, 5, 6, 7.
        (date(2026, 1, 1), 4, False, date(2026, 1, 7)),
        # Backwards from Thursday 01/01/2026: 31, 30, 29, 26, 24, 23, 22, 19, 18, 17, 16, 15, 12, 11, 10.
        (date(2026, 1, 1), -15, False, date(2025, 12, 10)),
        (date(2026, 1, 1), -15, True, date(2025, 12, 9)),
        # From a Saturday: Friday is the first before, Monday the first after.
        (date(2025, 9, 6), -1, False, date(2025, 9, 5)),
        (date(2025, 9, 6), 1, False, date(2025, 9, 8)),
    ],
)
def test_adding_working_days(day, count, local_law, expected):
    assert add_working_days(day, count, local_law) == expected


def test_adding_none_is_refused():
    with pytest.raises(ValueError, match="0"):
        add_working_days(date(2025, 5, 1), 0)
