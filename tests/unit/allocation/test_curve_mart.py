"""The mart of curves, of a batch: what was received is not known without any production curve."""

from datetime import date

import duckdb
import pytest

from energy_pipeline import warehouse
from energy_pipeline.tables import computed, marts
from tests.unit.allocation.batch import BARN, OPERATION, ROOF, SCHOOL, SEPTEMBER, STEPS, TOWN_HALL, ordinary, row

UNKNOWN = ([None], [None])


def published(batch):
    """Return the curves of a batch by participant and role: number of steps, then the different values."""
    made = batch.compute()
    with duckdb.connect() as connection:
        connection.execute("SET TimeZone = 'Europe/Paris'")
        warehouse.create(connection, (*computed.TABLES, *marts.TABLES))
        warehouse.insert(connection, computed.OPERATION_PERIOD, made.operation_period)
        warehouse.insert(connection, computed.CURVE, made.curve)
        connection.execute(
            f"INSERT INTO marts.curve BY NAME {warehouse.statement('marts/curve')}",
            {"month": SEPTEMBER, "ids": [OPERATION]},
        )
        return warehouse.query(
            connection,
            "SELECT prm, count(*) AS steps, list(DISTINCT round(consumption_w)) AS consumption,"
            " list(DISTINCT round(production_w)) AS production, list(DISTINCT round(self_consumption_w)) AS shared,"
            " list(DISTINCT round(coalesce(complement_w, surplus_w))) AS rest,"
            " list(DISTINCT published_self_consumption_w) AS published FROM marts.curve GROUP BY prm",
        )


def static():
    batch = ordinary(("0.3", "0.1"))
    batch.declare(key_type="static")
    batch.curve(TOWN_HALL, "self_consumption", [599] * STEPS)
    return batch


def without(batch, *prms):
    batch.rows["curve"] = [curve for curve in batch.rows["curve"] if curve["prm"] not in prms]
    return batch


def shared_and_rest(found, prm):
    about = row(found, prm=prm)
    assert about["steps"] == STEPS
    return about["shared"], about["rest"]


def test_with_its_curves_a_period_is_shared():
    found = published(static())
    assert shared_and_rest(found, TOWN_HALL) == ([600], [400])
    assert shared_and_rest(found, SCHOOL) == ([200], [300])
    assert shared_and_rest(found, ROOF) == ([800], [1200])


def test_without_any_production_curve_what_was_received_is_null_and_what_was_published_stands():
    found = published(without(static(), ROOF))
    assert shared_and_rest(found, TOWN_HALL) == shared_and_rest(found, SCHOOL) == UNKNOWN
    assert shared_and_rest(found, ROOF) == UNKNOWN
    town_hall = row(found, prm=TOWN_HALL)
    assert (town_hall["consumption"], town_hall["published"]) == ([1000], [599])


def test_without_any_producer_either():
    batch = without(static(), ROOF)
    batch.perimeter([(TOWN_HALL, date(2025, 1, 1), None), (SCHOOL, date(2025, 1, 1), None)])
    found = published(batch)
    assert set(found["prm"]) == {TOWN_HALL, SCHOOL}
    assert shared_and_rest(found, TOWN_HALL) == UNKNOWN


@pytest.mark.parametrize(("watts", "shared"), [([0] * STEPS, [0]), ([2000] * STEPS, [600])])
def test_one_production_curve_is_enough_even_of_nothing(watts, shared):
    batch = without(static(), ROOF)
    batch.perimeter([(prm, date(2025, 1, 1), None) for prm in (TOWN_HALL, SCHOOL, ROOF, BARN)])
    batch.annexe2([("producer", BARN, None)], declared_on=date(2025, 1, 2))
    batch.curve(BARN, "production", watts)
    assert shared_and_rest(published(batch), TOWN_HALL) == (shared, [1000 - shared[0]])
