"""Deadlines of the convention, each against a date counted by hand; one is printed in the convention (§11.5.1)."""

from datetime import date

import pytest

from energy_pipeline.periods.calendar import Period
from energy_pipeline.periods.deadlines import RULES, after_event, of_period

OCTOBER_2024 = Period(date(2024, 10, 1), date(2024, 10, 31))


def due(period: Period, key_type: str | None, post_code: str | None = None) -> dict[str, date]:
    return {deadline.kind: deadline.due_on for deadline in of_period(period, key_type, post_code)}


def test_the_example_printed_in_the_convention():
    found = due(OCTOBER_2024, "dynamic")
    assert found["dynamic_keys"] == date(2024, 11, 7)
    assert found["results"] == date(2024, 11, 8)


def test_the_notice_of_a_change_that_takes_effect_on_the_anniversary():
    # Backwards from Friday 01/11/2024: 31 30 29 28 25 | 24 23 22 21 18 | 17 16 15 14 11 October.
    assert due(OCTOBER_2024, "static")["change_notice"] == date(2024, 10, 11)


@pytest.mark.parametrize("key_type", ["static", "default", None])
def test_keys_are_due_from_dynamic_operations_only(key_type):
    assert set(due(OCTOBER_2024, key_type)) == {"results", "change_notice"}
    assert set(due(OCTOBER_2024, "full_dynamic")) == {"results", "change_notice", "dynamic_keys"}


@pytest.mark.parametrize(
    ("anniversary", "post_code", "keys", "results"),
    [
        (date(2025, 4, 30), None, date(2025, 5, 7), date(2025, 5, 7)),  # 2, 5, 6, 7 May
        (date(2025, 5, 5), None, date(2025, 5, 12), date(2025, 5, 12)),  # 6, 7, 9, 12 May: the 8th is not worked
        (date(2025, 4, 15), "38000", date(2025, 4, 22), date(2025, 4, 22)),  # 16, 17, 18, 22 April
        (date(2025, 4, 15), "67000", date(2025, 4, 23), date(2025, 4, 22)),  # without Good Friday
        (date(2025, 12, 22), "75001", date(2025, 12, 29), date(2025, 12, 29)),  # 23, 24, 26, 29 December
        (date(2025, 12, 22), "57000", date(2025, 12, 30), date(2025, 12, 29)),  # without the 26th
    ],
)
def test_keys_and_results_around_holidays(anniversary, post_code, keys, results):
    period = Period(anniversary.replace(day=1), date.fromordinal(anniversary.toordinal() - 1))
    found = due(period, "dynamic", post_code)
    assert (found["dynamic_keys"], found["results"]) == (keys, results)


@pytest.mark.parametrize(
    ("kind", "event_on", "post_code", "expected", "article"),
    [
        # Wednesday 03/09/2025 and after: 4 5 8 9 10 | 11 12 15 16 17.
        ("change_answer", date(2025, 9, 3), None, date(2025, 9, 10), "3.2.1.2"),
        ("termination_notice", date(2025, 9, 3), None, date(2025, 9, 10), "3.2.2"),
        ("suspension_notice", date(2025, 9, 3), None, date(2025, 9, 10), "3.2.3"),
        ("keys_after_suspension", date(2025, 9, 3), None, date(2025, 9, 17), "3.2.3"),
        ("agreement_proof", date(2025, 9, 3), None, date(2025, 9, 17), "5.1.1"),
        ("consent_proof", date(2025, 9, 3), None, date(2025, 10, 15), "5.1.4"),  # six weeks without holiday
        ("complaint_forwarded", date(2025, 9, 3), None, date(2025, 9, 10), "5.1.5"),
        ("complaint_forwarded", date(2025, 12, 22), None, date(2025, 12, 30), "5.1.5"),
        ("complaint_forwarded", date(2025, 12, 22), "68000", date(2025, 12, 31), "5.1.5"),
        ("complaint_answered", date(2025, 9, 3), None, date(2025, 10, 3), "5.1.5"),
        ("new_occupant_entry", date(2025, 9, 3), None, date(2025, 9, 17), "3.2.2.2"),
        ("keys_information", date(2025, 9, 1), None, date(2025, 8, 31), "5.1.1"),
        ("agreement_ended_notice", date(2025, 9, 8), None, date(2025, 9, 1), "8.5.2"),
    ],
)
def test_what_an_event_starts(kind, event_on, post_code, expected, article):
    found = after_event(kind, event_on, post_code)
    assert found.due_on == expected
    assert found.article.startswith(article)
    assert f"{event_on:%d/%m/%Y}" in found.description


def test_every_rule_names_its_article_party_and_duty():
    assert all(rule.article and rule.duty and rule.event for rule in RULES.values())
    assert {rule.party for rule in RULES.values()} == {"organiser", "enedis"}
    with pytest.raises(KeyError):
        after_event("holiday", date(2025, 1, 1))
