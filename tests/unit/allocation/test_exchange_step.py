"""Who gave what to whom at a step: the macro of the publication against the rule in plain arithmetic."""

from datetime import date

import duckdb
import numpy as np
import pytest

from energy_pipeline import warehouse
from energy_pipeline.tables import computed, marts
from tests.unit.allocation.batch import BARN, OPERATION, ROOF, SCHOOL, STEPS, TOWN_HALL, Batch, ordinary

OCTOBER = (date(2025, 10, 1), date(2025, 10, 31))
FIRST_DAY, LAST_DAY, HOUR_TWICE = date(2025, 9, 1), date(2025, 9, 30), date(2025, 10, 26)


def two_producers(key_type):
    """The roof gives 2 000 W, the barn 1 000 W; the school draws 500 W, which limits it."""
    batch = ordinary(("0.2", "0.5"))
    batch.perimeter([(prm, date(2025, 1, 1), None) for prm in (TOWN_HALL, SCHOOL, ROOF, BARN)])
    batch.annexe2([("producer", BARN, None)], declared_on=date(2025, 1, 2))
    batch.curve(BARN, "production", [1000] * STEPS)
    batch.declare(key_type=key_type)
    return batch


def own_keys():
    """To the town hall 20 % of the roof and 10 % of the barn; to the school 40 % of the roof and 80 % of the barn."""
    batch = two_producers("full_dynamic")
    for producer, shares in ((ROOF, (20.0, 40.0)), (BARN, (10.0, 80.0))):
        batch.dynamic({prm: [share] * STEPS for prm, share in zip((TOWN_HALL, SCHOOL), shares, strict=True)},
                      producer=producer)  # fmt: skip
    return batch


@pytest.fixture
def steps():
    """Return a function that publishes a batch and asks for a day of it."""
    with duckdb.connect() as connection:
        connection.execute("SET TimeZone = 'Europe/Paris'")

        def ask(batch, day, month=date(2025, 9, 1)):
            made = batch.compute(month)
            warehouse.create(connection, (*computed.TABLES, *marts.TABLES))
            warehouse.insert(connection, computed.OPERATION_PERIOD, made.operation_period)
            warehouse.insert(connection, computed.CURVE, made.curve)
            warehouse.insert(connection, marts.EXCHANGE_CURVE, made.exchange_curve)
            connection.execute(
                f"INSERT INTO marts.curve BY NAME {warehouse.statement('marts/curve')}",
                {"month": month, "ids": [OPERATION]},
            )
            connection.execute(warehouse.statement("publication/exchange_step"))
            return warehouse.query(
                connection, "SELECT * FROM marts.exchange_step($id, $day)", id=OPERATION, day=day
            ), made  # fmt: skip

        yield ask


def powers(found):
    """Power of each pair, the same at all its steps."""
    pairs = found.group_by("producer_prm", "consumer_prm").agg("power_w").iter_rows()
    return {(producer, consumer): sorted({round(w, 6) for w in values}) for producer, consumer, values in pairs}


def test_producers_that_share_their_keys_give_in_proportion_to_what_they_produce(steps):
    found, made = steps(two_producers("static"), FIRST_DAY)
    assert found.height == 96 * 4
    # 3 000 W: 600 W to the town hall; the school is offered 1 500 W and takes 500.
    assert powers(found) == {
        (ROOF, TOWN_HALL): [400], (ROOF, SCHOOL): [round(1000 / 3, 6)],
        (BARN, TOWN_HALL): [200], (BARN, SCHOOL): [round(500 / 3, 6)],
    }  # fmt: skip
    assert made.exchange_curve.is_empty()


def test_producers_with_keys_of_their_own(steps):
    found, made = steps(own_keys(), LAST_DAY)
    assert found.height == 96 * 4
    # The school is offered 800 W by each and takes 500: 250 of each.
    assert powers(found) == {
        (ROOF, TOWN_HALL): [400], (BARN, TOWN_HALL): [100], (ROOF, SCHOOL): [250], (BARN, SCHOOL): [250],
    }  # fmt: skip
    sums = {
        (producer, consumer): sum(watts) / 4000
        for producer, consumer, watts in made.exchange_curve.select(
            "producer_prm", "consumer_prm", "power_w"
        ).iter_rows()
    }
    totals = made.exchange.select("producer_prm", "consumer_prm", "energy_kwh").iter_rows()
    assert {(producer, consumer): kwh for producer, consumer, kwh in totals} == pytest.approx(sums)


def test_the_day_of_25_hours_has_them_all(steps):
    batch = Batch()
    count = 31 * 96 + 4
    batch.curve(TOWN_HALL, "consumption", [300] * count, period=OCTOBER)
    batch.curve(ROOF, "production", np.arange(count), period=OCTOBER)
    batch.declare(key_type="default")
    found, _ = steps(batch, HOUR_TWICE, month=OCTOBER[0])
    assert found.height == found["step_start"].n_unique() == 100


def test_nothing_is_said_of_an_operation_without_keys_nor_of_another_day(steps):
    assert steps(ordinary(), FIRST_DAY)[0].is_empty()
    assert steps(two_producers("static"), date(2025, 10, 1))[0].is_empty()


def test_what_a_producer_without_curve_gave_is_not_known(steps):
    batch = own_keys()
    batch.rows["curve"] = [curve for curve in batch.rows["curve"] if curve["prm"] != BARN]
    found, made = steps(batch, FIRST_DAY)
    # The roof alone offers 800 W to the school, which takes 500.
    assert powers(found) == {(ROOF, TOWN_HALL): [400], (ROOF, SCHOOL): [500]}
    assert set(made.exchange_curve["producer_prm"]) == {ROOF}
