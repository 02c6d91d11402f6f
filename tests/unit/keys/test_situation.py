"""From the rows of the marts to arrays, prices per step, and the comparison of keys: by hand."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import numpy as np
import polars as pl
import pytest

from energy_pipeline.allocation.kernel import allocate
from energy_pipeline.keys import compare, prices, propose
from energy_pipeline.keys.propose import Objective
from energy_pipeline.keys.situation import KeyInputError, Situation, situation, static_shares
from energy_pipeline.tables import marts, schemas

ONE, TWO, SUN = "30001000000011", "30001000000022", "30001000000099"
ACC = "ACC00000001"
DAY = date(2025, 10, 26)
STEPS = 100
FIRST = datetime(2025, 10, 25, 22, 0, tzinfo=UTC)


def curve_rows(key_type="dynamic", step=15, skipped=()):
    """ONE consumes 400 W always, TWO 800 W from the 51st step on; the sun gives 600 W for the last 50 steps."""
    rows = []
    for number in range(STEPS):
        late = number >= 50
        for prm, role, power, received in (
            (ONE, "consumer", 400.0, 150.0 if late else 0.0),
            (TWO, "consumer", 800.0 if late else None, 300.0 if late else None),
            (SUN, "producer", 600.0 if late else 0.0, None),
        ):
            if (prm, number) not in skipped:
                at = FIRST + timedelta(minutes=15 * number)
                rows.append((prm, role, at, step, power, received, key_type))
    return pl.DataFrame(
        rows,
        schema={
            "prm": pl.String(), "role": pl.String(), "step_start": pl.Datetime("us", "Europe/Paris"),
            "step_minutes": pl.Int32(), "power_w": pl.Float64(), "self_consumption_w": pl.Float64(),
            "key_type_used": pl.String(),
        },
        orient="row",
    )  # fmt: skip


def static_rows(*rows):
    schema = {"consumer_prm": pl.String(), "valid_from": pl.Date(), "valid_to": pl.Date(), "share": pl.Decimal(18, 6)}
    return pl.DataFrame([(*row[:3], Decimal(row[3])) for row in rows], schema=schema, orient="row")


NO_KEYS = static_rows()


def made(**options) -> Situation:
    return situation(ACC, DAY, DAY, curve_rows(**options), NO_KEYS)


def test_each_step_lies_at_its_instant_the_autumn_hour_included():
    at = made(skipped={(ONE, 9), (ONE, 99)})
    assert (at.consumers, at.producers) == ((ONE, TWO), (SUN,))
    expected = np.full(STEPS, 400.0)
    expected[[9, 99]] = 0
    assert (at.consumption[0] == expected).all()
    assert (at.consumption[1] == np.repeat([0.0, 800.0], 50)).all()
    assert at.missing == 50
    assert at.kwh == 0.25 / 1000


def test_a_dynamic_key_is_what_was_received_and_the_kernel_gives_it_back():
    at = made()
    shares = at.current_shares()
    assert shares[:, 60].tolist() == [0.25, 0.5]
    split = allocate(at.production, at.consumption, shares)
    assert split.self_consumption[:, 60].tolist() == [150, 300]
    assert split.surplus[0, 60] == 150


def test_a_default_key_follows_the_consumption_and_an_unknown_one_is_not_guessed():
    assert made(key_type="default").current_shares()[:, 60] == pytest.approx([1 / 3, 2 / 3])
    assert made(key_type=None).current_shares() is None


def test_static_keys_are_dated_and_the_first_holds_before():
    keys = static_rows(
        (ONE, date(2025, 11, 1), date(2025, 11, 3), "0.4"), (TWO, date(2025, 11, 1), date(2025, 11, 3), "0.6"),
        (ONE, date(2025, 11, 3), None, "0.7"), ("30001000000077", date(2025, 11, 3), None, "0.3"),
    )  # fmt: skip
    shares = static_shares(keys, (ONE, TWO), date(2025, 10, 31), date(2025, 11, 4), 60)
    assert shares[0].tolist() == [0.4] * 72 + [0.7] * 48
    assert shares[1].tolist() == [0.6] * 72 + [0] * 48


def test_what_cannot_be_computed_is_said():
    with pytest.raises(KeyInputError, match="Aucune courbe"):
        situation(ACC, DAY, DAY, curve_rows().clear(), NO_KEYS)
    with pytest.raises(KeyInputError, match="30 min"):
        situation(ACC, DAY, DAY, pl.concat([curve_rows(), curve_rows(step=30)]), NO_KEYS)
    with pytest.raises(KeyInputError, match="à la fois"):
        situation(ACC, DAY, DAY, curve_rows().filter(pl.col("role") == "consumer"), NO_KEYS)
    for role, word in (("consumer", "consommation"), ("producer", "production")):
        unknown = pl.when(pl.col("role") != role).then(pl.col("power_w"))
        with pytest.raises(KeyInputError, match=f"Aucune courbe de {word}"):
            situation(ACC, DAY, DAY, curve_rows().with_columns(power_w=unknown), NO_KEYS)


def price_rows(*rows):
    return schemas.frame(
        marts.PRICE,
        [
            {
                "file_id": "f", "line": line, "operation_id": operation, "prm": prm, "price": price, "slot": slot,
                "valid_from": date(2025, 1, 1), "value": Decimal(value), "path": "prices.csv",
                "received_at": datetime(2025, 1, 1, tzinfo=UTC),
            }
            for line, (operation, prm, price, slot, value) in enumerate(rows, start=2)
        ],
    )  # fmt: skip


def slot_rows(*rows):
    schema = {"prm": pl.String(), "slot": pl.String(), "off_peak_hours": pl.String()}
    return pl.DataFrame(rows, schema=schema, orient="row")


PRICES = price_rows(
    (None, None, "avoided_price", None, "0.20"),
    (ACC, ONE, "avoided_price", "HP", "0.18"),
    (ACC, ONE, "avoided_price", "HC", "0.12"),
    (ACC, None, "local_price", None, "0.09"),
    ("ACC00000002", None, "local_price", None, "0.55"),
    (ACC, None, "organiser_fee", None, "0.01"),
    (None, None, "surplus_price", None, "0.04"),
)
HOURS = slot_rows((ONE, "HP", "22H00-6H00"), (ONE, "HC", "22H00-6H00"), (TWO, "BASE", None))


def test_prices_follow_the_slots_on_a_day_of_25_hours():
    """Off-peak from 22:00 to 06:00: that day 28 quarter-hours in the morning, hour doubled, and 8 in the evening."""
    known = prices.prices(made(), PRICES, HOURS)
    assert known.avoided[0].tolist() == [0.12] * 28 + [0.18] * 64 + [0.12] * 8
    assert (known.avoided[1] == 0.20).all()
    assert known.margin[1, 0] == pytest.approx(0.20 - 0.09 - 0.01)
    assert (known.surplus == 0.04).all()


def test_hours_that_are_not_known_leave_the_price_that_names_no_slot():
    known = prices.prices(made(), PRICES, slot_rows((ONE, "HP", None), (ONE, "HC", None)))
    assert (known.avoided[0] == 0.20).all()


def test_a_missing_price_is_named_and_a_missing_fee_is_nothing():
    rows = PRICES.filter(~pl.col("price").is_in(["local_price", "organiser_fee"]))
    known = prices.prices(made(), rows, HOURS)
    assert (known.fee == 0).all()
    with pytest.raises(KeyInputError, match=rf"prix local.*{ONE}, {TWO}"):
        propose.propose(Objective.EUROS, made(), known)
    with pytest.raises(KeyInputError, match=r"prices\.csv"):
        propose.propose(Objective.STATIC_EUROS, made(), None)


def test_the_comparison_by_hand():
    """Half to each: ONE takes 300 of its 400 W, TWO 300 of 800 W; 50 quarter-hours, so 3.75 kWh each, no surplus."""
    at = made()
    known = prices.prices(at, PRICES, HOURS)
    half = np.array([[0.5], [0.5]])
    quarter = np.array([[1.0], [0.0]])
    rows = compare.compare(at, known, {"half": half, "one": quarter})
    found = {(row[0], row[2]): row[3:] for row in rows.iter_rows()}
    late_peak, late_off_peak = 42, 8
    saved = 0.3 / 4 * (late_peak * (0.18 - 0.10) + late_off_peak * (0.12 - 0.10))
    assert found["half", ONE] == pytest.approx((10.0, 3.75, saved))
    assert found["half", TWO] == pytest.approx((10.0, 3.75, 3.75 * 0.10))
    assert found["half", SUN] == pytest.approx((7.5, 7.5, 7.5 * 0.09))
    assert found["one", ONE][:2] == pytest.approx((10.0, 5.0))
    assert found["one", SUN] == pytest.approx((7.5, 5.0, 5.0 * 0.09 + 2.5 * 0.04))
    without = compare.compare(at, None, {"half": half})
    assert without["value_eur"].null_count() == 3


def test_each_objective_gives_the_key_expected_by_hand():
    """In the 50 steps with sun: 600 W for 400 W (ONE) and 800 W (TWO)."""
    at = made()
    known = prices.prices(at, PRICES, HOURS)
    sunny = 60
    # A static share of 66,67 % is all that ONE can use; each watt beyond is better used by TWO, whatever the split.
    static = propose.propose(Objective.STATIC, at)
    assert static.shape == (2, 1)
    assert static.sum() == 10_000
    assert static[0, 0] <= 6667
    # TWO saves 0,10 €/kWh, ONE 0,08 or 0,02: all to TWO.
    assert propose.propose(Objective.STATIC_EUROS, at, known)[:, 0].tolist() == [0, 10_000]
    assert propose.propose(Objective.EUROS, at, known)[:, sunny].tolist() == [0, 10_000]
    assert propose.propose(Objective.DEFAULT, at)[:, sunny].tolist() == [3333, 6667]
    assert propose.propose(Objective.DEFAULT, at)[:, 0].tolist() == [10_000, 0]
    first = propose.propose(Objective.PRIORITY, at, None, [ONE])
    # ONE needs 66,666…%: the hundredth of rounding goes to TWO, which can use it whole.
    assert first[:, sunny].tolist() == [6666, 3334]
    fair = propose.propose(Objective.FAIR, at)
    received = allocate(at.production, at.consumption, fair / 10_000).self_consumption.sum(axis=1)
    assert received / at.consumption.sum(axis=1) == pytest.approx([0.375, 0.375], abs=1e-3)


def test_a_priority_must_be_a_consumer():
    with pytest.raises(KeyInputError, match=SUN):
        propose.propose(Objective.PRIORITY, made(), None, [SUN])
    with pytest.raises(KeyInputError, match="--priority"):
        propose.propose(Objective.PRIORITY, made())
