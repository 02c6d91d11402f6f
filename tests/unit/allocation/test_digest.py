"""The digest of a period's curves changes with any of their values, and with nothing else."""

from datetime import timedelta

import pytest

from energy_pipeline import program
from tests.unit.allocation.batch import FIRST_MAIL, ROOF, SCHOOL, SEPTEMBER, STEPS, TOWN_HALL, ordinary, row


def batch(shares=("0.3", "0.1")):
    made = ordinary(shares)
    made.declare(key_type="static")
    return made


def digest(made):
    return row(made.compute(SEPTEMBER).operation_period)["digest"]


def test_the_same_files_give_the_same_digest():
    assert digest(batch()) == digest(batch())


@pytest.mark.parametrize(
    "prm, series, watts",
    [
        (TOWN_HALL, "consumption", [1000] * (STEPS - 1) + [1001]),
        (SCHOOL, "consumption", [0] + [500] * (STEPS - 1)),
        (ROOF, "production", [2001] + [2000] * (STEPS - 1)),
        (TOWN_HALL, "self_consumption", [1] * STEPS),
        (TOWN_HALL, "complement", [1] * STEPS),
        (ROOF, "surplus", [1] * STEPS),
    ],
)
def test_one_value_changes_it(prm, series, watts):
    changed = batch()
    changed.curve(prm, series, watts, received_at=FIRST_MAIL + timedelta(days=9))
    assert digest(changed) != digest(batch())


def test_other_keys_change_it():
    assert digest(batch(("0.3", "0.2"))) != digest(batch())


def test_another_program_changes_it(monkeypatch):
    before = digest(batch())
    monkeypatch.setattr(program, "digest", lambda: "better")
    assert digest(batch()) != before
