"""The questions of the cookbook and the examples of the dictionary, on the publication of the demo."""

from energy_pipeline.tables import cookbook, dictionary, marts
from tests.integration.conftest import Installation

EMPTY_IN_THE_DEMO = {
    "annual_site", "awaited_participant", "consent", "exchange_curve", "portal_invoice", "reading", "technical_request",
}  # fmt: skip
"""Marts of files that the demo does not have: suppliers' portals, consents, keys per producer."""


def test_each_question_of_the_cookbook_has_an_answer(demo: Installation):
    answers = {recipe.name: demo.rows(recipe.sql).height for recipe in cookbook.recipes()}
    assert [name for name, rows in answers.items() if not rows] == []


def test_each_example_of_the_dictionary_has_rows(demo: Installation):
    rows = {table.name: demo.rows(dictionary.example(table) or "").height for table in marts.TABLES}
    assert {name for name, count in rows.items() if not count} <= EMPTY_IN_THE_DEMO


def test_bills_that_ignored_self_consumption_are_those_of_the_findings(demo: Installation):
    recipe = next(recipe for recipe in cookbook.recipes() if "ignored_self_consumption" in recipe.name)
    found = demo.rows("SELECT invoice_number FROM finding WHERE check_name = 'self_consumption_not_deducted'")
    assert sorted(demo.rows(recipe.sql)["invoice_number"]) == sorted(found["invoice_number"])


def test_the_loss_of_days_of_25_hours_is_that_of_the_26th_of_october(demo: Installation):
    recipe = next(recipe for recipe in cookbook.recipes() if "25_hours" in recipe.name)
    answer = demo.rows(recipe.sql)
    assert {day.isoformat() for day in answer["day"]} == {"2025-10-26"}
    assert answer["self_consumption_kwh"].sum() > 0


def test_keys_never_share_more_than_the_best(demo: Installation):
    recipe = next(recipe for recipe in cookbook.recipes() if "keys_are_from_the_best" in recipe.name)
    shares = demo.rows(recipe.sql)["percent_of_best"].to_list()
    assert all(0 < share <= 100.1 for share in shares)
