from datetime import date
from decimal import Decimal

import pytest

from energy_pipeline.reports import french


@pytest.mark.parametrize(
    ("value", "decimals", "expected"),
    [
        (1234567.891, 1, "1\u202f234\u202f567,9"),
        (-12.34, 1, "−12,3"),
        (-0.04, 1, "0,0"),
        (0, 0, "0"),
        (2000.25, 1, "2\u202f000,3"),
        (Decimal("1.005"), 2, "1,01"),
        (None, 2, "—"),
    ],
)
def test_numbers_are_french(value, decimals, expected):
    assert french.number(value, decimals) == expected


def test_units_do_not_leave_their_number():
    assert french.euros(1234.5) == "1\u202f234,50\u00a0€"
    assert french.percent(0.8345) == "83,5\u202f%"
    assert french.energy(4321.4) == "4\u202f321\u00a0kWh"


def test_differences_bear_their_sign():
    assert [french.signed(value, 1) for value in (3.26, -3.26, 0.01, -0.01, None)] == [
        "+3,3",
        "−3,3",
        "0,0",
        "0,0",
        "—",
    ]


def test_zero_and_one_are_singular():
    assert [french.plural(n, "autre point", "autres points") for n in (0, 1, 2)] == [
        "0\u00a0autre point",
        "1\u00a0autre point",
        "2\u00a0autres points",
    ]


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        (date(2025, 10, 1), date(2025, 10, 31), "du 1er au 31 octobre 2025"),
        (date(2025, 9, 15), date(2025, 10, 14), "du 15 septembre au 14 octobre 2025"),
        (date(2025, 12, 15), date(2026, 1, 14), "du 15 décembre 2025 au 14 janvier 2026"),
    ],
)
def test_a_period_says_month_and_year_once(start, end, expected):
    assert french.period(start, end).replace("\u00a0", " ") == expected


def test_months_take_the_apostrophe_before_a_vowel():
    assert [french.of_month(date(2025, month, 1)) for month in (4, 5, 8, 10)] == [
        "d'avril 2025",
        "de mai 2025",
        "d'août 2025",
        "d'octobre 2025",
    ]
