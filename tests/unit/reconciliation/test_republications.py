"""Curves published again: what changed, in kWh and euros, worked out by hand on one day of quarter-hours."""

import json
from datetime import date, datetime
from decimal import Decimal

import polars as pl
import pytest

from energy_pipeline.metering.republications import changes
from energy_pipeline.reconciliation.finding import catalogue
from energy_pipeline.reconciliation.issues import issue_facts
from energy_pipeline.reconciliation.republications import republished_issues
from energy_pipeline.tables import landing
from energy_pipeline.tables.schemas import polars_schema
from tests.unit.allocation.batch import PARIS, POOL, ROOF, SCHOOL, STEPS, TOWN_HALL, Batch
from tests.unit.reconciliation.frames import price, prices

FIRST, SECOND, THIRD = (datetime(2025, month, 8, 9, tzinfo=PARIS) for month in (10, 11, 12))
DAY = 96
NO_PRICE = pl.DataFrame(schema=polars_schema(landing.PRICE)).with_columns(received_at=None, path=None)


def constant(watts, changed=(), to=0.0):
    values = [float(watts)] * STEPS
    for step in changed:
        values[step] = to
    return values


def periods(batch):
    found = batch.frames()["file"].select("operation_id", "period_start", "period_end").unique()
    return found.sort("period_start")


def landed(batch):
    return batch.frames()["curve"].with_columns(first_received_at=pl.col("received_at"))


def issues(batch, price_rows=NO_PRICE):
    return republished_issues(changes(landed(batch), periods(batch)), price_rows)


def published(*versions, series="self_consumption", prm=SCHOOL, batch=None):
    batch = batch or Batch()
    for values, at in zip(versions, (FIRST, SECOND, THIRD), strict=False):
        batch.curve(prm, series, values, received_at=at)
    return batch


def with_prices(*rows):
    return prices(*(rows or (price("avoided_price", Decimal("0.20")), price("local_price", Decimal("0.10")))))


def test_the_same_values_in_the_raw_and_the_computed_delivery_are_no_change():
    assert issues(published(constant(1000), constant(1000))).is_empty()
    assert issues(published(constant(1000))).is_empty()
    assert issues(Batch()).is_empty()


def test_one_finding_per_period_says_what_changed_in_kwh_and_euros():
    # 40 quarter-hours from 1 000 W to 600 W: 10 kWh become 6. The roof loses nothing but 1 W during an hour.
    batch = published(constant(1000), constant(1000, range(DAY, DAY + 40), 600.0))
    published(constant(500), constant(500, range(4), 499.0), series="production", prm=ROOF, batch=batch)
    (found,) = issues(batch, with_prices()).to_dicts()
    assert (found["check_name"], found["prm"]) == ("republished_curve", None)
    assert (found["expected"], found["observed"], found["unit"]) == (pytest.approx(10), pytest.approx(6), "kWh")
    assert "autoconsommation −4 kWh (1 point)" in found["message"].replace("\u00a0", " ")
    assert "−0,40 € HT" in found["message"].replace("\u00a0", " ")
    own, roof = json.loads(found["evidence"])
    assert (own["prm"], own["before_kwh"], own["after_kwh"], own["steps"]) == (SCHOOL, 10, 6, 40)
    assert (own["first_day"], own["last_day"], own["amount_eur"]) == ("2025-09-02", "2025-09-02", -0.4)
    assert (own["replaces"], own["file"]) == ("livraison/curve_0.csv", "livraison/curve_1.csv")
    assert (roof["series"], roof["before_kwh"], roof["after_kwh"]) == ("production", 0.5, 0.5)
    assert "amount_eur" not in roof


def test_it_becomes_a_finding_of_enedis_that_claims_no_euro():
    batch = published(constant(1000), constant(900))
    (fact,) = issue_facts(issues(batch, with_prices()), date(2025, 9, 1)).to_dicts()
    assert fact["amount_eur"] is None
    assert catalogue()["republished_curve"]["party"] == "enedis"


def test_prices_are_those_of_each_day_and_a_missing_one_leaves_the_euros_out():
    batch = published(constant(1000), constant(1000, [*range(4), *range(DAY, DAY + 4)], 0.0))
    second = date(2025, 9, 2)
    dated = with_prices(
        price("avoided_price", Decimal("0.20"), end=second),
        price("avoided_price", Decimal("0.50"), start=second),
        price("local_price", Decimal("0.10")),
    )
    (proof,) = json.loads(issues(batch, dated)["evidence"].item())
    assert proof["amount_eur"] == -0.5
    lacking = with_prices(price("avoided_price", Decimal("0.20"), end=second), price("local_price", Decimal("0.10")))
    found = issues(batch, lacking).row(0, named=True)
    assert "€" not in found["message"] and "amount_eur" not in found["evidence"]


def test_the_first_version_is_compared_with_the_last_whatever_came_between():
    there_and_back = published(constant(1000), constant(700), constant(1000))
    assert issues(there_and_back).is_empty()
    (found,) = issues(published(constant(1000), constant(700), constant(900))).to_dicts()
    assert (found["expected"], found["observed"]) == (pytest.approx(720), pytest.approx(648))


def test_a_correction_taken_back_by_a_copy_of_the_first_version_changes_nothing():
    batch = published(constant(1000), constant(700))
    again = landed(batch).with_columns(
        received_at=pl.when(pl.col("received_at") == FIRST).then(THIRD).otherwise("received_at")
    )
    assert changes(again, periods(batch)).is_empty()
    assert changes(again.with_columns(first_received_at="received_at"), periods(batch)).height == 30


def test_steps_that_were_absent_and_come_later_are_a_change_and_a_later_hole_is_none():
    holed = [None] * 8 + constant(1000)[8:]
    (found,) = issues(published(holed, constant(1000), series="consumption")).to_dicts()
    assert (found["expected"], found["observed"]) == (0, pytest.approx(2))
    assert issues(published(constant(1000), holed, series="consumption")).is_empty()


def test_a_correction_of_some_days_is_compared_on_these_days():
    batch = published(constant(1000), series="consumption")
    days = (date(2025, 9, 3), date(2025, 9, 4))
    batch.curve(SCHOOL, "consumption", [1000.0] * DAY + [2000.0] * DAY, period=days, received_at=SECOND)
    (proof,) = json.loads(republished_issues(
        changes(landed(batch), periods(batch).head(1)), NO_PRICE)["evidence"].item())  # fmt: skip
    assert (proof["before_kwh"], proof["after_kwh"], proof["first_day"]) == (24, 48, "2025-09-04")


def test_a_neighbouring_period_is_no_second_version():
    batch = published(constant(1000), series="consumption")
    october = (date(2025, 10, 1), date(2025, 10, 31))
    batch.curve(SCHOOL, "consumption", [5.0] * 2980, period=october, received_at=SECOND)
    batch.curve(TOWN_HALL, "consumption", constant(3), received_at=SECOND)
    batch.curve(POOL, "consumption", constant(4), received_at=SECOND)
    assert issues(batch).is_empty()


def test_the_doubled_hour_of_autumn_belongs_to_its_day():
    batch = Batch()
    october = (date(2025, 10, 1), date(2025, 10, 31))
    values = [1000.0] * 2980
    batch.curve(SCHOOL, "consumption", values, period=october, received_at=FIRST)
    other = [*values[: 25 * DAY], *[0.0] * 100, *values[25 * DAY + 100 :]]
    batch.curve(SCHOOL, "consumption", other, period=october, received_at=SECOND)
    found = changes(landed(batch), periods(batch))
    assert found.select("day", "before_kwh", "after_kwh", "steps").rows() == [(date(2025, 10, 26), 25, 0, 100)]
