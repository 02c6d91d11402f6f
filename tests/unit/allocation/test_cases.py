"""Cases of the convention that are none of the ordinary ones, each seen from the whole computation of a period."""

from datetime import date
from decimal import Decimal

import numpy as np
import pytest

from tests.unit.allocation.batch import (
    BARN,
    END,
    OPERATION,
    POOL,
    ROOF,
    SCHOOL,
    START,
    STEPS,
    TOWN_HALL,
    Batch,
    ordinary,
    row,
)

FOREVER = (date(2025, 1, 1), None)
DAY = 96
BY_API = f"pmo/{OPERATION}_API_15_01092025_30092025.txt"


def declared(key_type, shares=(None, None)):
    batch = ordinary(shares)
    batch.declare(key_type=key_type)
    return batch


def received(made, prm):
    return np.array(row(made.curve, prm=prm, role="consumer")["self_consumption_w"], dtype=float)


def surplus(made, prm):
    return np.array(row(made.curve, prm=prm, role="producer")["remainder_w"], dtype=float)


def keys(first, second):
    return {TOWN_HALL: [first] * STEPS, SCHOOL: [second] * STEPS}


# --- §4.4.2.1: keys common to all producers, by API ---


def test_by_api_a_faulty_step_has_default_keys_and_the_others_keep_theirs():
    batch = declared("dynamic")
    percents = keys(10.0, 20.0)
    percents[TOWN_HALL][40] = 80.01
    percents[SCHOOL][41] = None
    batch.dynamic(percents, path=BY_API)
    made = batch.compute()
    # 10 % of 2 000 W; default keys give all they need to both.
    assert received(made, TOWN_HALL)[39:43].round(6).tolist() == [200, 1000, 1000, 200]
    assert received(made, SCHOOL)[39:43].round(6).tolist() == [400, 500, 500, 400]
    period = row(made.operation_period)
    assert (period["key_type_used"], period["default_steps"]) == ("mixed", 2)
    issue = row(made.issues)
    assert (issue["check_name"], issue["expected"], issue["observed"]) == ("key_file_not_compliant", STEPS, STEPS - 2)
    assert "à 2\u00a0pas, le premier le 01/09/2025 à 10:00" in issue["message"]
    assert "4.4.2.1" in issue["message"]


def test_by_api_compliant_keys_are_dynamic_keys():
    batch = declared("dynamic")
    batch.dynamic(keys(10.0, 20.0), path=BY_API)
    made = batch.compute()
    assert row(made.operation_period)["key_type_used"] == "dynamic"
    assert made.issues.is_empty()


def test_by_api_keys_of_other_participants_give_default_keys_at_every_step():
    batch = declared("dynamic")
    batch.dynamic({TOWN_HALL: [10.0] * STEPS}, path=BY_API)
    period = row(batch.compute().operation_period)
    assert (period["key_type_used"], period["default_steps"]) == ("default", STEPS)


def test_by_api_keys_of_another_period_are_no_keys_of_this_one():
    batch = declared("dynamic")
    batch.dynamic(keys(10.0, 20.0), path=BY_API, period=(date(2025, 9, 2), date(2025, 10, 1)))
    period = row(batch.compute().operation_period)
    assert (period["key_type_used"], period["default_steps"]) == ("default", STEPS)


def test_the_mart_keeps_the_sound_steps_of_keys_sent_by_api():
    batch = declared("dynamic")
    percents = keys(10.0, 20.0)
    percents[TOWN_HALL][40] = 90.0
    batch.dynamic(percents, path=BY_API)
    assert batch.keys()["share"].to_list() == [Decimal("0.1"), Decimal("0.2")]


@pytest.mark.parametrize("path", ["pmo/CAPITAINE_15.txt", "API/clefs_15.txt", "export_API.zip!clefs.txt"])
def test_only_the_word_api_in_the_name_of_the_file_says_so(path):
    batch = declared("dynamic")
    percents = keys(10.0, 20.0)
    percents[TOWN_HALL][40] = 80.01
    batch.dynamic(percents, path=path)
    assert row(batch.compute().operation_period)["default_steps"] == STEPS


# --- §4.4.2.2: keys of each producer ---


def test_a_producer_without_keys_of_its_own_gives_all_to_the_surplus():
    batch = declared("full_dynamic")
    batch.perimeter([(prm, *FOREVER) for prm in (TOWN_HALL, SCHOOL, ROOF, BARN)])
    batch.annexe2([("producer", BARN, None)], declared_on=date(2025, 1, 2))
    batch.curve(BARN, "production", [1000] * STEPS)
    batch.dynamic(keys(10.0, 20.0), producer=ROOF)
    made = batch.compute()
    assert set(surplus(made, BARN)) == {1000}
    assert set(received(made, TOWN_HALL).round(6)) == {200}
    assert "article 4.4.2.2" in row(made.issues)["message"]


# --- changes in mid-period ---


def test_static_keys_then_dynamic_keys_in_one_period():
    batch = declared("static", ("0.3", "0.1"))
    batch.declare(key_type="dynamic", declared_on=date(2025, 9, 11))
    batch.dynamic(keys(10.0, 20.0))
    made = batch.compute()
    assert received(made, TOWN_HALL)[[10 * DAY - 1, 10 * DAY]].round(6).tolist() == [600, 200]
    assert row(made.operation_period)["key_type_used"] == "mixed"


def test_the_share_of_a_leaver_with_dynamic_keys_goes_to_the_surplus():
    batch = declared("dynamic")
    batch.perimeter([(TOWN_HALL, date(2025, 1, 1), date(2025, 9, 11)), (SCHOOL, *FOREVER), (ROOF, *FOREVER)])
    batch.dynamic(keys(30.0, 10.0))
    made = batch.compute()
    assert surplus(made, ROOF)[[10 * DAY - 1, 10 * DAY]].round(6).tolist() == [1200, 1800]
    assert set(received(made, SCHOOL).round(6)) == {200}


def test_with_default_keys_the_others_take_what_a_leaver_leaves():
    batch = declared("default")
    batch.rows["curve"][2]["watts"] = [900.0] * STEPS
    batch.perimeter([(TOWN_HALL, date(2025, 1, 1), date(2025, 9, 11)), (SCHOOL, *FOREVER), (ROOF, *FOREVER)])
    made = batch.compute()
    assert received(made, SCHOOL)[[10 * DAY - 1, 10 * DAY]].round(6).tolist() == [300, 500]


# --- who takes part ---


def test_a_storage_unit_takes_at_noon_and_gives_at_night():
    """One PRM with both roles (§3): 800 W taken in the morning half of each day, 600 W given in the evening half."""
    morning = np.arange(STEPS) % DAY < DAY // 2
    batch = declared("default")
    batch.perimeter([(prm, *FOREVER) for prm in (TOWN_HALL, SCHOOL, ROOF, POOL)])
    batch.annexe2([("consumer", POOL, None), ("producer", POOL, None)], declared_on=date(2025, 1, 2))
    batch.rows["curve"][2]["watts"] = np.where(morning, 1150.0, 0.0).tolist()
    batch.curve(POOL, "consumption", np.where(morning, 800, 0))
    batch.curve(POOL, "production", np.where(morning, 0, 600))
    made = batch.compute()
    # Half of the 2 300 W drawn are produced in the morning; 600 of 1 500 W in the evening.
    assert set(received(made, POOL)[morning].round(6)) == {400}
    assert set(received(made, TOWN_HALL)[~morning].round(6)) == {400}
    assert row(made.exchange, producer_prm=POOL, consumer_prm=SCHOOL)["energy_kwh"] == pytest.approx(0.2 * 360)
    assert row(made.exchange, producer_prm=POOL, consumer_prm=POOL)["energy_kwh"] == 0
    assert row(made.operation_period)["steps_expected"] == 5 * STEPS


def alone(prm, series):
    batch = Batch()
    batch.perimeter([(prm, *FOREVER)])
    batch.curve(prm, series, [700] * STEPS)
    batch.declare(key_type="default")
    return batch.compute()


def test_a_producer_without_consumer_sells_everything():
    made = alone(ROOF, "production")
    assert set(surplus(made, ROOF)) == {700}
    assert made.exchange.is_empty()
    assert row(made.operation_period)["key_type_used"] == "default"


def test_a_consumer_without_producer_buys_everything():
    made = alone(SCHOOL, "consumption")
    assert set(received(made, SCHOOL)) == {0}
    assert row(made.curve)["remainder_w"] == [700] * STEPS
    assert made.exchange.is_empty()


@pytest.mark.parametrize("key_type", ["static", "default", "dynamic"])
@pytest.mark.parametrize(("who", "expected_surplus"), [((0, 1), 2000), ((2,), 0)])
def test_nothing_consumed_or_nothing_produced_shares_nothing(key_type, who, expected_surplus):
    batch = declared(key_type, ("0.3", "0.1"))
    if key_type == "dynamic":
        batch.dynamic(keys(30.0, 10.0))
    for curve in who:
        batch.rows["curve"][curve]["watts"] = [0.0] * STEPS
    made = batch.compute()
    assert set(received(made, TOWN_HALL)) == set(received(made, SCHOOL)) == {0}
    assert set(surplus(made, ROOF)) == {expected_surplus}
    assert set(made.exchange["energy_kwh"]) == {0}
    assert made.issues.is_empty()
    assert row(made.operation_period)["period_end"] == END
    assert row(made.operation_period)["period_start"] == START
