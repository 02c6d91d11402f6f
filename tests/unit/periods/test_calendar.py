"""Periods from anniversary day to anniversary day (convention §4)."""

from datetime import date

import pytest

from energy_pipeline.periods.calendar import Period, next_anniversary, period_of, timeline


def p(first: str, last: str) -> Period:
    return Period(date.fromisoformat(first), date.fromisoformat(last))


@pytest.mark.parametrize(
    ("day", "anniversary_day", "first", "last"),
    [
        ("2024-10-12", 1, "2024-10-01", "2024-10-31"),
        ("2025-10-14", 15, "2025-09-15", "2025-10-14"),
        ("2025-10-15", 15, "2025-10-15", "2025-11-14"),
        ("2025-12-31", 15, "2025-12-15", "2026-01-14"),
        # Anniversary on the 31st: the last day of shorter months.
        ("2025-01-31", 31, "2025-01-31", "2025-02-27"),
        ("2025-02-28", 31, "2025-02-28", "2025-03-30"),
        ("2025-04-30", 31, "2025-04-30", "2025-05-30"),
        ("2024-02-29", 30, "2024-02-29", "2024-03-29"),
        ("2025-02-27", 29, "2025-01-29", "2025-02-27"),
    ],
)
def test_the_period_of_a_day(day, anniversary_day, first, last):
    assert period_of(date.fromisoformat(day), anniversary_day) == p(first, last)


def test_the_anniversary_after_an_anniversary_is_in_the_next_month():
    assert next_anniversary(date(2025, 1, 31), 31) == date(2025, 2, 28)
    assert next_anniversary(date(2025, 2, 28), 31) == date(2025, 3, 31)


def test_the_anniversary_of_a_period_and_its_length():
    assert p("2025-10-01", "2025-10-31").anniversary == date(2025, 11, 1)
    assert p("2025-10-01", "2025-10-31").days == 31


def test_periods_follow_those_observed():
    line = timeline([p("2025-09-01", "2025-09-30"), p("2025-10-01", "2025-10-31")], 1, ahead=2)
    assert line.known == (p("2025-09-01", "2025-09-30"), p("2025-10-01", "2025-10-31"))
    assert line.ahead == (p("2025-11-01", "2025-11-30"), p("2025-12-01", "2025-12-31"))


def test_holes_between_two_periods_are_known():
    line = timeline([p("2025-08-15", "2025-09-14"), p("2025-11-15", "2025-12-14")], 15)
    assert line.known == (
        p("2025-08-15", "2025-09-14"),
        p("2025-09-15", "2025-10-14"),
        p("2025-10-15", "2025-11-14"),
        p("2025-11-15", "2025-12-14"),
    )


@pytest.mark.parametrize("transition", [("2025-10-01", "2025-10-09"), ("2025-10-01", "2025-11-09")])
def test_a_moved_anniversary_moves_the_following_ones_whatever_was_declared(transition):
    line = timeline([p("2025-09-01", "2025-09-30"), p(*transition)], 1, ahead=2)
    start = line.known[-1].anniversary
    assert start.day == 10
    assert [period.start for period in line.ahead] == [start, next_anniversary(start, 10)]
    assert all(period.anniversary.day == 10 for period in line.ahead)


def test_a_hole_before_a_moved_anniversary_ends_where_the_next_period_starts():
    line = timeline([p("2025-09-01", "2025-09-30"), p("2025-11-10", "2025-12-09")], 1, ahead=1)
    assert line.known[1:3] == (p("2025-10-01", "2025-10-31"), p("2025-11-01", "2025-11-09"))
    assert line.ahead == (p("2025-12-10", "2026-01-09"),)


def test_a_short_month_does_not_move_an_anniversary_on_the_31st():
    line = timeline([p("2025-01-31", "2025-02-27")], 31, ahead=2)
    assert line.ahead == (p("2025-02-28", "2025-03-30"), p("2025-03-31", "2025-04-29"))
    undeclared = timeline([p("2025-01-31", "2025-02-27")], None, ahead=2)
    assert undeclared.ahead == line.ahead


def test_an_operation_without_files_starts_on_its_date():
    line = timeline([], 15, date(2025, 1, 15), ahead=1)
    assert (line.known, line.ahead) == ((), (p("2025-01-15", "2025-02-14"),))
    late = timeline([], 15, date(2025, 1, 10), ahead=2)
    assert late.ahead == (p("2025-01-10", "2025-01-14"), p("2025-01-15", "2025-02-14"))
    assert timeline([], 15, None, ahead=3).ahead == ()
