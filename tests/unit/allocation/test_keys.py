"""Keys as declared, refused and applied, seen from the whole computation of a period."""

import json
from datetime import date
from decimal import Decimal

import numpy as np
import pytest

from tests.unit.allocation.batch import (
    BARN,
    END,
    POOL,
    ROOF,
    SCHOOL,
    START,
    STEPS,
    TOWN_HALL,
    ordinary,
    row,
)

BOTH = (TOWN_HALL, SCHOOL)


def period(batch):
    return row(batch.compute().operation_period)


def issues(batch):
    return batch.compute().issues.select("check_name", "observed", "message").rows()


def received(batch, prm):
    return np.array(row(batch.compute().curve, prm=prm)["self_consumption_w"], dtype=float)


def dynamic(first, second):
    return {TOWN_HALL: [first] * STEPS, SCHOOL: [second] * STEPS}


def declared(key_type, shares=(None, None)):
    batch = ordinary(shares)
    batch.declare(key_type=key_type)
    return batch


def test_static_keys():
    batch = declared("static", ("0.3", "0.1"))
    assert received(batch, TOWN_HALL)[0] == pytest.approx(600)
    assert received(batch, SCHOOL)[0] == pytest.approx(200)
    made = period(batch)
    assert (made["key_type"], made["key_type_used"], made["default_steps"]) == ("static", "static", 0)
    assert made["key_source"].startswith("livraison/annexe2_participants")


def test_static_keys_change_on_the_day_of_their_version():
    batch = declared("static", ("0.3", "0.1"))
    batch.annexe2([("consumer", TOWN_HALL, "0.2"), ("consumer", SCHOOL, "0.2")], declared_on=date(2025, 9, 16))
    batch.annexe2([("consumer", TOWN_HALL, "0.9"), ("consumer", SCHOOL, "0.1")], declared_on=date(2025, 10, 1))
    values = received(batch, TOWN_HALL)
    assert set(values[: 15 * 96].round(6)) == {600}
    assert set(values[15 * 96 :].round(6)) == {400}
    assert period(batch)["key_type_used"] == "static"


def test_the_first_version_holds_before_its_date():
    batch = ordinary()
    batch.declare(key_type="static")
    batch.annexe2([("consumer", TOWN_HALL, "0.25")], declared_on=date(2025, 12, 1))
    assert received(batch, TOWN_HALL)[0] == pytest.approx(500)


def test_a_static_version_above_100_percent_is_refused_and_the_previous_one_holds():
    batch = declared("static", ("0.3", "0.1"))
    batch.annexe2([("consumer", TOWN_HALL, "0.6"), ("consumer", SCHOOL, "0.400001")], declared_on=date(2025, 9, 1))
    assert set(received(batch, TOWN_HALL).round(6)) == {600}
    [(name, observed, message)] = issues(batch)
    assert (name, observed) == ("share_sum_above_one", pytest.approx(1.000001))
    assert "4.3.2" in message


def test_a_static_version_of_exactly_100_percent_is_accepted():
    batch = declared("static", ("0.7", "0.3"))
    assert issues(batch) == []
    assert period(batch)["key_type_used"] == "static"


def test_refused_keys_without_previous_ones_give_default_keys():
    batch = declared("static", ("0.7", "0.4"))
    made = period(batch)
    assert (made["key_type_used"], made["default_steps"]) == ("default", STEPS)
    assert [name for name, *_ in issues(batch)] == ["share_sum_above_one"]


def test_default_keys():
    batch = declared("default", ("0.3", "0.1"))
    assert received(batch, TOWN_HALL)[0] == pytest.approx(1000)
    made = period(batch)
    assert (made["key_type_used"], made["default_steps"]) == ("default", STEPS)
    assert issues(batch) == []


@pytest.mark.parametrize(("key_type", "word"), [("static", "statiques"), ("default", "par défaut")])
def test_dynamic_keys_of_an_operation_that_declares_another_type_are_told_and_not_used(key_type, word):
    batch = declared(key_type, ("0.3", "0.1"))
    batch.dynamic(dynamic(50.0, 20.0), period=(date(2025, 8, 1), date(2025, 8, 31)))
    assert issues(batch) == [], "of another period"
    batch.dynamic(dynamic(50.0, 20.0))
    assert period(batch)["key_type_used"] == key_type
    [(name, _, message)] = issues(batch)
    assert name == "key_file_unused"
    assert f"du 01/09/2025 au 30/09/2025, mais l'opération est à clés {word} : elles ne sont pas utilisées" in message


def test_dynamic_keys_and_their_latest_version():
    batch = declared("dynamic")
    batch.dynamic(dynamic(10.0, 20.0))
    batch.dynamic({TOWN_HALL: [*[5.0] * 100, *[30.0] * (STEPS - 100)], SCHOOL: [0.0] * STEPS})
    values = received(batch, TOWN_HALL)
    assert set(values[:100].round(6)) == {100}
    assert set(values[100:].round(6)) == {600}
    assert period(batch)["key_type_used"] == "dynamic"
    assert issues(batch) == []


def test_no_dynamic_file_for_the_period_gives_default_keys():
    batch = declared("dynamic")
    batch.dynamic(dynamic(10.0, 20.0), period=(date(2025, 8, 1), date(2025, 8, 31)))
    made = period(batch)
    assert (made["key_type"], made["key_type_used"], made["default_steps"]) == ("dynamic", "default", STEPS)
    [(name, _, message)] = issues(batch)
    assert name == "key_missing"
    assert "4.4.1" in message


def test_a_sum_above_100_percent_on_one_step_condemns_the_whole_file():
    batch = declared("dynamic")
    keys = dynamic(60.0, 40.0)
    keys[TOWN_HALL][11 * 96 + 41] = 60.01
    batch.dynamic(keys)
    made = batch.compute()
    assert row(made.operation_period)["key_type_used"] == "default"
    issue = row(made.issues)
    assert issue["check_name"] == "key_file_not_compliant"
    assert (issue["expected"], issue["observed"], issue["unit"]) == (100, 100.01, "%")
    assert "100,01\u202f% le 12/09/2025 à 10:15" in issue["message"]
    [proof] = json.loads(issue["evidence"])
    assert (proof["line"], proof["value"]) == (11 * 96 + 41 + 2, 100.01)


def test_floats_that_sum_to_100_percent_are_no_fault():
    batch = declared("dynamic")
    batch.dynamic(dynamic(33.34, 66.66))
    assert issues(batch) == []


@pytest.mark.parametrize(
    ("keys", "period_", "step", "words"),
    [
        ({TOWN_HALL: [10.0] * STEPS}, (START, END), 15, f"{SCHOOL} sans clé"),
        (dynamic(10.0, 20.0) | {POOL: [0.0] * STEPS}, (START, END), 15, f"{POOL} hors du périmètre"),
        (dynamic(10.0, 20.0), (date(2025, 9, 2), date(2025, 10, 1)), 15, "du 02/09/2025 au 01/10/2025"),
        (dynamic(10.0, -1.0), (START, END), 15, "négative"),
        ({TOWN_HALL: [1.0] * 1440, SCHOOL: [1.0] * 1440}, (START, END), 30, "30 minutes"),
        (dynamic(10.0, 20.0) | {SCHOOL: [*[1.0] * 8, None, *[1.0] * (STEPS - 9)]}, (START, END), 15, "à 02:00"),
    ],
)
def test_each_fault_of_a_mailed_file_gives_default_keys_for_the_whole_period(keys, period_, step, words):
    batch = declared("dynamic")
    batch.dynamic(keys, period=period_, step=step)
    made = period(batch)
    assert (made["key_type_used"], made["default_steps"]) == ("default", STEPS)
    [(name, _, message)] = issues(batch)
    assert name == "key_file_not_compliant"
    assert words in message
    assert "4.4.2" in message


def two_producers():
    batch = declared("full_dynamic")
    batch.perimeter([(prm, date(2025, 1, 1), None) for prm in (TOWN_HALL, SCHOOL, ROOF, BARN)])
    batch.annexe2([("producer", BARN, None)])
    batch.curve(BARN, "production", [1000] * STEPS)
    return batch


def test_full_dynamic_keys():
    batch = two_producers()
    batch.dynamic(dynamic(20.0, 0.0), producer=ROOF)
    batch.dynamic(dynamic(10.0, 30.0), producer=BARN)
    assert received(batch, TOWN_HALL)[0] == pytest.approx(500)
    assert received(batch, SCHOOL)[0] == pytest.approx(300)
    exchange = batch.compute().exchange
    assert row(exchange, producer_prm=BARN, consumer_prm=SCHOOL)["energy_kwh"] == pytest.approx(0.3 * 720)
    assert period(batch)["key_type_used"] == "full_dynamic"


def test_full_dynamic_faults_send_one_producer_to_the_surplus_and_all_to_default_keys():
    batch = two_producers()
    roof, barn = dynamic(20.0, 0.0), dynamic(10.0, 30.0)
    roof[TOWN_HALL][0] = roof[TOWN_HALL][1] = 101.0
    barn[TOWN_HALL][0] = 101.0
    batch.dynamic(roof, producer=ROOF)
    batch.dynamic(barn, producer=BARN)
    values = received(batch, TOWN_HALL)
    # Default keys at the first step: 3 000 W for 1 500 W of demand. At the second one only the barn shares.
    assert values[:3].round(6).tolist() == [1000, 100, 500]
    made = period(batch)
    assert (made["key_type_used"], made["default_steps"]) == ("mixed", 1)
    assert [name for name, *_ in issues(batch)] == ["key_file_not_compliant"]


def test_a_change_of_type_in_mid_period_mixes_the_keys():
    batch = declared("default", ("0.3", "0.1"))
    batch.declare(key_type="static", declared_on=date(2025, 9, 11))
    made = period(batch)
    assert (made["key_type"], made["key_type_used"], made["default_steps"]) == ("default", "mixed", 10 * 96)
    values = received(batch, TOWN_HALL)
    assert values[[10 * 96 - 1, 10 * 96]].round(6).tolist() == [1000, 600]


def test_operations_toml_wins_over_the_dated_types():
    batch = declared("default", ("0.3", "0.1"))
    batch.declare(key_type="static", path="operations.toml", kind="operations")
    assert period(batch)["key_type_used"] == "static"


def test_shares_without_a_type_are_static_keys():
    assert period(ordinary(("0.3", "0.1")))["key_type_used"] == "static"


def test_no_key_at_all_and_nothing_published_shares_nothing():
    made = ordinary().compute()
    assert row(made.operation_period)["key_type_used"] is None
    assert row(made.operation_period)["default_steps"] is None
    assert made.exchange.height == 0
    assert made.curve["self_consumption_w"].null_count() == 3
    assert made.curve["remainder_w"].null_count() == 3
    assert made.issues["check_name"].to_list() == ["key_missing"]
    assert "aucune répartition n'est publiée d'où les déduire" in made.issues["message"].item()


def test_no_key_at_all_is_found_from_the_published_split():
    batch = ordinary()
    batch.curve(TOWN_HALL, "self_consumption", [440] * STEPS)
    batch.curve(SCHOOL, "self_consumption", [120] * STEPS)
    made = batch.compute()
    assert row(made.operation_period)["key_type_used"] == "static"
    assert row(made.operation_period)["key_source"].startswith("hypothèse vérifiée : clés statiques")
    assert made.issues.height == 0


def test_static_keys_declared_without_values_are_asked_for():
    batch = ordinary()
    batch.declare(key_type="static")
    assert [name for name, *_ in issues(batch)] == ["key_missing"]


def test_the_mart_lists_static_versions_and_the_means_of_dynamic_files():
    batch = declared("static", ("0.3", "0.1"))
    batch.annexe2([("consumer", TOWN_HALL, "0.6"), ("consumer", SCHOOL, "0.5")], declared_on=date(2025, 5, 1))
    batch.annexe2([("consumer", TOWN_HALL, "0.2")], declared_on=date(2025, 9, 16))
    keys = batch.keys().select("consumer_prm", "valid_from", "valid_to", "share", "key_type").rows()
    assert keys == [
        (TOWN_HALL, date(2025, 1, 1), date(2025, 9, 16), Decimal("0.300000"), "static"),
        (SCHOOL, date(2025, 1, 1), date(2025, 9, 16), Decimal("0.100000"), "static"),
        (TOWN_HALL, date(2025, 9, 16), None, Decimal("0.200000"), "static"),
    ]


def test_the_mart_leaves_out_dynamic_files_that_enedis_refuses():
    batch = declared("dynamic")
    batch.dynamic({TOWN_HALL: [*[10.0] * 1440, *[20.0] * 1440], SCHOOL: [33.33] * STEPS})
    batch.dynamic(dynamic(90.0, 20.0), period=(date(2025, 8, 1), date(2025, 8, 31)))
    assert batch.keys().select("consumer_prm", "valid_from", "valid_to", "share").rows() == [
        (TOWN_HALL, START, date(2025, 10, 1), Decimal("0.150000")),
        (SCHOOL, START, date(2025, 10, 1), Decimal("0.333300")),
    ]
