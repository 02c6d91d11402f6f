from datetime import date, timedelta

import polars as pl

from energy_pipeline.reconciliation.prices import lookup, timeline
from tests.unit.invoices.rows import at
from tests.unit.reconciliation.frames import ACC, HALL, SCHOOL, price, prices

JUNE, JULY = date(2025, 6, 1), date(2025, 7, 1)


def found(day, *rows, prm=SCHOOL, operation_id=ACC, **other):
    asked = pl.DataFrame(
        {"operation_id": [operation_id], "prm": [prm], "day": [day], **{k: [v] for k, v in other.items()}}
    )
    return lookup(asked, timeline(prices(*rows)), "avoided_price")["avoided_price"].item()


def avoided(value, start=JUNE, end=None, **other):
    return price("avoided_price", value, start, end, **other)


def test_a_price_holds_from_its_first_day_to_the_day_before_its_end_and_no_longer():
    rows = [avoided(0.20, JUNE, JULY)]
    assert found(JUNE - timedelta(days=1), *rows) is None
    assert found(JUNE, *rows) == 0.20
    assert found(JULY - timedelta(days=1), *rows) == 0.20
    assert found(JULY, *rows) is None, "never the nearest"
    assert found(date(2030, 1, 1), avoided(0.20)) == 0.20


def test_the_later_start_wins_and_the_earlier_price_comes_back_after_it():
    rows = [avoided(0.20), avoided(0.30, JULY, date(2025, 8, 1))]
    assert [found(day, *rows) for day in (JUNE, JULY, date(2025, 8, 1))] == [0.20, 0.30, 0.20]


def test_of_two_rows_with_the_same_start_the_one_received_last_wins():
    assert found(JUNE, avoided(0.20, received_at=at(9)), avoided(0.30, received_at=at(2))) == 0.20


def test_the_most_specific_row_wins():
    everywhere, here, mine = avoided(0.1), avoided(0.2, operation_id=ACC), avoided(0.3, prm=SCHOOL)
    both = avoided(0.4, prm=SCHOOL, operation_id=ACC)
    assert found(JUNE, everywhere, here, mine, both) == 0.4
    assert found(JUNE, everywhere, here, mine) == 0.3
    assert found(JUNE, everywhere, here, mine, prm=HALL) == 0.2
    assert found(JUNE, everywhere, here, mine, prm=HALL, operation_id="ACC00000002") == 0.1
    assert found(JUNE, mine, prm=HALL) is None


def test_a_specific_row_that_ended_gives_way_to_a_general_one():
    assert found(JULY, avoided(0.1), avoided(0.3, JUNE, JULY, prm=SCHOOL)) == 0.1


def test_slots():
    rows = [avoided(0.25, slot="HP"), avoided(0.15, slot="HC")]
    assert found(JUNE, *rows, slot="HC") == 0.15
    assert found(JUNE, *rows) is None, "a price of a slot is not the price of all"
    assert found(JUNE, avoided(0.2, slot="BASE")) == 0.2
    assert found(JUNE, avoided(0.2), *rows, slot="HPH") == 0.2
    assert found(JUNE, avoided(0.3, prm=SCHOOL), *rows, slot="HC") == 0.3


def test_other_prices_are_not_looked_at():
    assert found(JUNE, price("local_price", 0.1, JUNE)) is None
    assert found(JUNE) is None


def test_the_order_of_what_is_asked_is_kept():
    asked = pl.DataFrame({"operation_id": [ACC] * 3, "prm": [HALL, SCHOOL, HALL], "day": [JULY, JUNE, JUNE],
                          "kwh": [1, 2, 3]})  # fmt: skip
    made = lookup(asked, timeline(prices(avoided(0.2, JULY))), "avoided_price")
    assert made.rows() == [(ACC, HALL, JULY, 1, 0.2), (ACC, SCHOOL, JUNE, 2, None), (ACC, HALL, JUNE, 3, None)]
