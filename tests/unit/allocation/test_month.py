"""A month of a batch: entries and exits, gaps, published curves, and the isolation of the operations."""

import json
from datetime import date

import numpy as np
import polars as pl
import pytest

from energy_pipeline.allocation import compute
from energy_pipeline.allocation.operation import compute_period
from tests.unit.allocation.batch import OPERATION, POOL, ROOF, SCHOOL, SEPTEMBER, STEPS, TOWN_HALL, Batch, ordinary, row

DAY = 96


def static(shares=("0.3", "0.1")):
    batch = ordinary(shares)
    batch.declare(key_type="static")
    return batch


def values(made, prm, column, role=None):
    where = {"prm": prm} | ({"role": role} if role else {})
    return np.array(row(made.curve, **where)[column], dtype=float)


def test_a_whole_period_balances():
    made = static().compute()
    assert values(made, ROOF, "self_consumption_w")[0] == pytest.approx(800)
    assert values(made, ROOF, "remainder_w")[0] == pytest.approx(1200)
    assert values(made, TOWN_HALL, "remainder_w")[0] == pytest.approx(400)
    assert row(made.exchange, consumer_prm=TOWN_HALL)["energy_kwh"] == pytest.approx(0.6 * 720)
    period = row(made.operation_period)
    assert (period["steps_expected"], period["steps_estimated"], period["steps_missing"]) == (3 * STEPS, 0, 0)
    assert (period["month"], period["step_minutes"]) == (SEPTEMBER, 15)
    assert made.issues.height == 0


def with_stays(town_hall, school, roof=(date(2025, 1, 1), None)):
    batch = static()
    batch.perimeter([(TOWN_HALL, *town_hall), (SCHOOL, *school), (ROOF, *roof)])
    return batch


def test_a_leavers_share_goes_to_the_surplus_and_a_joiner_takes_from_its_day_on():
    made = with_stays((date(2025, 1, 1), date(2025, 9, 11)), (date(2025, 9, 21), None)).compute()
    assert values(made, ROOF, "self_consumption_w")[[10 * DAY - 1, 10 * DAY, 20 * DAY - 1, 20 * DAY]].tolist() == (
        pytest.approx([600, 0, 0, 200])
    )
    town_hall = values(made, TOWN_HALL, "measured_w")
    assert np.isnan(town_hall[10 * DAY :]).all()
    assert not np.isnan(town_hall[: 10 * DAY]).any()
    quality = row(made.curve, prm=SCHOOL)["quality"]
    assert (quality[20 * DAY - 1], quality[20 * DAY]) == (0, 1)
    assert np.isnan(values(made, SCHOOL, "self_consumption_w")[: 20 * DAY]).all()
    assert row(made.operation_period)["steps_expected"] == STEPS + 20 * DAY
    assert made.issues.height == 0


def test_a_producer_that_left_produces_nothing():
    forever = (date(2025, 1, 1), None)
    made = with_stays(forever, forever, roof=(date(2025, 1, 1), date(2025, 9, 2))).compute()
    assert set(values(made, SCHOOL, "self_consumption_w")[DAY:]) == {0}


def test_a_site_with_both_roles_takes_part_twice():
    batch = static()
    batch.annexe2(
        [("consumer", TOWN_HALL, "0.3"), ("consumer", SCHOOL, "0.1"), ("producer", SCHOOL, None)],
        declared_on=date(2025, 1, 2),
    )
    batch.curve(SCHOOL, "production", [1000] * STEPS)
    made = batch.compute()
    assert values(made, SCHOOL, "self_consumption_w", "consumer")[0] == pytest.approx(300)
    assert values(made, SCHOOL, "remainder_w", "producer")[0] == pytest.approx(600)


@pytest.mark.parametrize(("month", "last", "steps"), [(date(2025, 3, 1), 31, 2972), (date(2025, 10, 1), 31, 2980)])
def test_months_with_a_change_of_hour(month, last, steps):
    batch = Batch()
    period = (month, month.replace(day=last))
    batch.curve(TOWN_HALL, "consumption", range(steps), period=period)
    batch.curve(ROOF, "production", [4000] * steps, period=period)
    batch.declare(key_type="default")
    made = batch.compute(month)
    assert row(made.operation_period)["steps_expected"] == 2 * steps
    assert values(made, TOWN_HALL, "self_consumption_w").tolist() == pytest.approx(list(range(steps)))


def test_gaps_are_estimated_told_and_counted():
    batch = static()
    watts = [1000.0] * STEPS
    watts[10] = None
    watts[9] = 900.0
    watts[20 * DAY : 20 * DAY + 8] = [None] * 8
    watts[13 * DAY : 13 * DAY + 8] = [700.0] * 8
    watts[DAY : DAY + 6] = [None] * 6
    batch.rows["curve"][0]["watts"] = watts
    made = batch.compute()
    measured = values(made, TOWN_HALL, "measured_w")
    assert measured[10] == 950
    assert set(measured[20 * DAY : 20 * DAY + 8]) == {700}
    assert np.isnan(measured[DAY : DAY + 6]).all()
    assert np.isnan(values(made, TOWN_HALL, "remainder_w")[DAY : DAY + 6]).all()
    assert values(made, ROOF, "self_consumption_w")[DAY] == pytest.approx(200)
    period = row(made.operation_period)
    assert (period["steps_estimated"], period["steps_missing"]) == (9, 6)
    issue = row(made.issues)
    assert (issue["check_name"], issue["prm"], issue["role"]) == ("missing_steps", TOWN_HALL, "consumer")
    assert (issue["expected"], issue["observed"], issue["unit"]) == (STEPS, STEPS - 15, "pas")
    assert issue["message"] == (
        f"15\u00a0points absents de la courbe de consommation de {TOWN_HALL}, en 3\u00a0plages, la première à partir "
        "du 01/09/2025 à 02:30 : 1 par interpolation, 8 d'après la semaine précédente, 6 sans valeur, pris pour zéro."
    )
    proofs = json.loads(issue["evidence"])
    assert [proof["value"] for proof in proofs] == [
        "01/09/2025 à 02:30 : 1\u00a0pas",
        "02/09/2025 à 00:00 : 6\u00a0pas",
        "21/09/2025 à 00:00 : 8\u00a0pas",
    ]


def test_the_week_before_the_period_is_read_from_the_previous_period():
    batch = static()
    watts = [1000.0] * STEPS
    watts[DAY : DAY + 6] = [None] * 6
    batch.rows["curve"][0]["watts"] = watts
    batch.curve(TOWN_HALL, "consumption", [440] * 2976, period=(date(2025, 8, 1), date(2025, 8, 31)))
    made = batch.compute()
    assert set(values(made, TOWN_HALL, "measured_w")[DAY : DAY + 6]) == {440}
    assert row(made.operation_period)["steps_estimated"] == 6


def test_a_negative_power_is_invalid_and_estimated():
    batch = static()
    batch.rows["curve"][0]["watts"][50] = -3.0
    made = batch.compute()
    assert values(made, TOWN_HALL, "measured_w")[50] == 1000
    assert made.issues["check_name"].to_list() == ["missing_steps"]


def test_a_participant_without_curve_counts_for_zero_and_is_reported():
    batch = static()
    del batch.rows["curve"][1], batch.files[-3]
    made = batch.compute()
    assert np.isnan(values(made, SCHOOL, "measured_w")).all()
    assert set(row(made.curve, prm=SCHOOL)["quality"]) == {5}
    assert row(made.operation_period)["steps_missing"] == STEPS
    issue = row(made.issues)
    assert (issue["check_name"], issue["prm"], issue["observed"]) == ("missing_curve", SCHOOL, 0)


def test_a_curve_of_a_stranger_is_reported_and_left_out():
    batch = static()
    batch.curve(POOL, "consumption", [5000] * STEPS)
    batch.curve(POOL, "complement", [5000] * STEPS)
    made = batch.compute()
    assert POOL not in made.curve["prm"]
    issue = row(made.issues)
    assert (issue["check_name"], issue["prm"], issue["role"]) == ("prm_outside_perimeter", POOL, "consumer")
    assert len(json.loads(issue["evidence"])) == 2


def test_an_empty_curve_is_not_made_of_the_week_before():
    batch = static()
    batch.rows["curve"][1]["watts"] = [None] * STEPS
    batch.curve(SCHOOL, "consumption", [440] * 2976, period=(date(2025, 8, 1), date(2025, 8, 31)))
    made = batch.compute()
    assert set(row(made.curve, prm=SCHOOL)["quality"]) == {5}
    assert made.issues["check_name"].to_list() == ["missing_curve"]


def test_a_curve_of_zeros_after_a_leaver_is_no_anomaly():
    forever = (date(2025, 1, 1), None)
    batch = with_stays((date(2025, 1, 1), date(2025, 8, 1)), forever)
    batch.rows["curve"][0]["watts"] = [0.0] * STEPS
    assert batch.compute().issues.height == 0
    batch.rows["curve"][0]["watts"][5] = 1.0
    assert row(batch.compute().issues)["check_name"] == "prm_outside_perimeter"


def test_a_prm_of_the_perimeter_without_role_is_reported():
    batch = static()
    forever = (date(2025, 1, 1), None)
    batch.perimeter([(prm, *forever) for prm in (TOWN_HALL, SCHOOL, ROOF, POOL)])
    issue = row(batch.compute().issues)
    assert (issue["check_name"], issue["prm"], issue["role"]) == ("role_unknown", POOL, None)


def test_published_curves_stand_beside_and_are_null_where_nothing_was_published():
    batch = static()
    batch.curve(TOWN_HALL, "self_consumption", [599] * STEPS)
    batch.curve(TOWN_HALL, "complement", [400] * STEPS)
    batch.curve(ROOF, "surplus", [1200] * STEPS)
    made = batch.compute()
    assert set(values(made, TOWN_HALL, "published_self_consumption_w")) == {599}
    assert set(values(made, TOWN_HALL, "published_remainder_w")) == {400}
    assert set(values(made, ROOF, "published_remainder_w")) == {1200}
    assert row(made.curve, prm=ROOF)["published_self_consumption_w"] is None
    assert row(made.curve, prm=SCHOOL)["published_remainder_w"] is None


def test_slots_are_declared_by_the_site_list():
    batch = static()
    batch.site(SCHOOL, "22H00-6H00")
    batch.energy(SCHOOL, "consumption", {"HP": 240.0, "HC": 120.0})
    batch.energy(TOWN_HALL, "complement", {"BASE": 288.0})
    made = batch.compute().slot_energy
    low = row(made, prm=SCHOOL, slot="HC")
    assert (low["slot_source"], low["consumption_kwh"]) == ("declared", pytest.approx(120))
    assert low["self_consumption_kwh"] == pytest.approx(0.2 * 240)
    assert row(made, prm=TOWN_HALL)["complement_kwh"] == pytest.approx(0.4 * 720)


def test_operations_without_a_period_in_the_month_have_no_row():
    made = static().compute(date(2025, 8, 1))
    assert (made.operation_period.height, made.curve.height, made.issues.height) == (0, 0, 0)


def test_what_goes_wrong_with_one_operation_does_not_stop_the_others(monkeypatch):
    def surprising(landed, *period):
        if landed.operation_id != OPERATION:
            raise RuntimeError("jamais vu")
        return compute_period(landed, *period)

    monkeypatch.setattr("energy_pipeline.allocation.month.compute_period", surprising)
    sound, broken = static(), static()
    broken.operation_id = "ACC99000002"
    for rows in (broken.files, *broken.rows.values()):
        for each in rows:
            each["operation_id"] = broken.operation_id
            each["file_id"] = each["file_id"].replace("0", "b", 1)
    frames, others = sound.frames(), broken.frames()
    landed = {name: pl.concat([frames[name], others[name]]) for name in frames}
    marts = [pl.concat(pair) for pair in zip(sound.marts(), broken.marts(), strict=True)]
    made = compute(landed, *marts, SEPTEMBER)
    assert made.operation_period["operation_id"].to_list() == [OPERATION]
    issue = row(made.issues)
    assert (issue["check_name"], issue["operation_id"]) == ("operation_not_computed", "ACC99000002")
    assert "jamais vu" in issue["message"]


def test_the_result_does_not_depend_on_the_order_of_the_rows():
    batch = static()
    batch.curve(TOWN_HALL, "self_consumption", [599] * STEPS)
    first = batch.compute()
    landed = {name: frame.reverse() for name, frame in batch.frames().items()}
    second = compute(landed, *batch.marts(), SEPTEMBER)
    for name in ("operation_period", "curve", "exchange", "slot_energy", "issues"):
        assert getattr(first, name).equals(getattr(second, name))
