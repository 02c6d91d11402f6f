from datetime import date

import numpy as np
import polars as pl

from tests.unit.allocation.batch import ROOF, SCHOOL, STEPS, TOWN_HALL, Batch, ordinary, row

SUSPECT = 4


def issues(batch, check_name):
    return batch.compute().issues.filter(pl.col("check_name") == check_name)


def quality(batch, prm, role="consumer"):
    curve = batch.compute().curve.filter(prm=prm, role=role)
    return np.array(curve["quality"].item())


def powered(batch, prm, kva):
    batch.site(prm)
    batch.rows["site_row"][-1]["subscribed_kva"] = kva
    return batch


def peaked(watts, at=100):
    values = [1000.0] * STEPS
    values[at] = watts
    return values


def with_town_hall(values):
    batch = Batch()
    forever = date(2025, 1, 1), None
    batch.perimeter([(TOWN_HALL, *forever), (ROOF, *forever)])
    batch.annexe2([("consumer", TOWN_HALL, "1"), ("producer", ROOF, None)])
    batch.curve(TOWN_HALL, "consumption", values)
    batch.curve(ROOF, "production", [2000] * STEPS)
    return batch


def test_a_step_above_the_subscribed_power_is_suspect_told_and_still_computed():
    batch = powered(with_town_hall(peaked(60_000.0)), TOWN_HALL, 36)
    found = issues(batch, "value_above_power").row(0, named=True)
    assert (found["prm"], found["expected"], found["observed"], found["unit"]) == (TOWN_HALL, 36.0, 60.0, "kW")
    assert "02/09/2025 à 01:00" in found["message"] and "36,0 kVA" in found["message"]
    assert "02/09/2025 à 01:00 : 1\u00a0pas" in found["evidence"]
    assert np.flatnonzero(quality(batch, TOWN_HALL) == SUSPECT).tolist() == [100]
    curve = row(batch.compute().curve, prm=TOWN_HALL)
    assert curve["measured_w"][100] == 60_000
    assert curve["self_consumption_w"][100] == 2000
    period = batch.compute().operation_period.row(0, named=True)
    assert (period["steps_estimated"], period["steps_missing"]) == (0, 0)


def test_an_overrun_within_the_margin_is_billed_not_suspected():
    batch = powered(with_town_hall(peaked(50_000.0)), TOWN_HALL, 36)
    assert issues(batch, "value_above_power").is_empty()


def test_a_producer_is_held_to_its_installed_power():
    batch = ordinary(("0.5", "0.5"))
    batch.rows["participant"][-1]["power_kw"] = 1.5
    found = issues(batch, "value_above_power").row(0, named=True)
    assert (found["prm"], found["role"], found["expected"], found["observed"]) == (ROOF, "producer", 1.5, 2.0)
    assert "puissance installée (1,5 kW)" in found["message"]


def test_without_a_known_power_only_a_value_beyond_all_others_is_told():
    found = issues(with_town_hall(peaked(96_000_000.0)), "isolated_value").row(0, named=True)
    assert (found["expected"], found["observed"]) == (1.0, 96_000.0)
    assert issues(with_town_hall(peaked(9_000.0)), "isolated_value").is_empty()
    assert issues(powered(with_town_hall(peaked(9_000.0)), TOWN_HALL, 36), "isolated_value").is_empty()


def week_repeated(at, length):
    values = np.random.default_rng(5).integers(300, 3000, STEPS).astype(float)
    values[at : at + length] = values[at - 672 : at - 672 + length]
    return values


def test_a_stretch_of_the_week_before_is_suspect_and_told_with_its_place():
    batch = with_town_hall(week_repeated(960, 20))
    found = issues(batch, "repeated_week").row(0, named=True)
    assert (found["observed"], found["unit"]) == (20, "pas")
    assert "11/09/2025 à 00:00 : 20\u00a0pas" in found["evidence"]
    assert np.flatnonzero(quality(batch, TOWN_HALL) == SUSPECT).tolist() == list(range(960, 980))


def test_the_week_before_may_lie_in_the_period_before():
    values = np.random.default_rng(6).integers(300, 3000, STEPS).astype(float)
    batch = with_town_hall(values)
    august = np.full(31 * 96, 500.0)
    august[25 * 96 : 26 * 96] = values[96:192]
    batch.curve(TOWN_HALL, "consumption", august, period=(date(2025, 8, 1), date(2025, 8, 31)))
    found = issues(batch, "repeated_week").row(0, named=True)
    assert "02/09/2025 à 00:00 : 96\u00a0pas" in found["evidence"]


def test_what_we_estimate_ourselves_is_no_suspect():
    values = np.random.default_rng(7).integers(300, 3000, STEPS).astype(float).tolist()
    values[960:1000] = [None] * 40
    batch = with_town_hall(values)
    assert issues(batch, "repeated_week").is_empty()
    assert set(quality(batch, TOWN_HALL)[960:1000]) == {3}


def test_constant_curves_raise_nothing():
    names = set(ordinary(("0.5", "0.5")).compute().issues["check_name"])
    assert not names & {"repeated_week", "isolated_value", "value_above_power"}
    assert set(quality(ordinary(("0.5", "0.5")), SCHOOL)) == {1}
