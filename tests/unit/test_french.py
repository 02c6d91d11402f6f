from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from energy_pipeline import french


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


@pytest.mark.parametrize(
    ("value", "expected"), [(1234.56, "1\u202f234,6"), (745.0, "745"), (186.25, "186,3"), (-0.04, "0"), (100, "100")]
)
def test_a_sentence_tells_energies_to_a_tenth_at_most(value, expected):
    assert french.kwh(value) == f"{expected}\u00a0kWh"


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


def test_short_dates_are_those_of_forms():
    assert french.short_period(date(2025, 10, 1), date(2025, 10, 31)) == "du 01/10/2025 au 31/10/2025"
    assert french.short_period(None, date(2025, 10, 31)) == "jusqu'au 31/10/2025"
    assert french.short_moment(datetime(2025, 9, 12, 10, 15, tzinfo=UTC)) == "12/09/2025 à 10:15"


def test_a_letter_has_curled_apostrophes_and_no_lonely_sign():
    told = french.typographic("L'article 8.8 : « n° 3 » ; 12 kWh, 3 % !")
    assert told == ("L’article\u00a08.8\u00a0: «\u00a0n°\u00a03\u00a0»\u202f; 12\u00a0kWh, 3\u202f%\u202f!")


def test_lists_end_with_et():
    assert [french.listed(items) for items in ([], ["a"], ["a", "b", "c"])] == ["", "a", "a, b et c"]
