"""Points that leave and come back: a new tenant of an HLM dwelling (§3.2.2.2), a suspension (§3.2.3), corrections."""

from datetime import date, datetime

import pytest

from energy_pipeline.metering.participants import perimeter_stays
from tests.unit.allocation.batch import PARIS, ROOF, SCHOOL, STEPS, TOWN_HALL, Batch, row

JANUARY = date(2025, 1, 1)
MONTHS = {8: date(2025, 8, 1), 9: date(2025, 9, 1), 10: date(2025, 10, 1), 11: date(2025, 11, 1)}


def history(deliveries):
    """The stays of the town hall after perimeters of some months: {month: [(first day, end)]}, in order of arrival.

    A tuple of two for the key is (month of the period, month in which it arrived).
    """
    batch = Batch()
    for key, stays in deliveries.items():
        month, arrived = key if isinstance(key, tuple) else (key, key)
        delivery = f"livraison {month} {arrived}"
        at = datetime(2025, arrived + 1, 8, tzinfo=PARIS)
        first = MONTHS[month]
        batch.file("curve", SCHOOL, "consumption", period=(first, first.replace(day=30)), received_at=at,
                   delivery=delivery)  # fmt: skip
        rows = [(TOWN_HALL, start, end) for start, end in stays]
        batch.perimeter([*rows, (SCHOOL, JANUARY, None)], received_at=at, delivery=delivery)
    frames = batch.frames()
    found = perimeter_stays(frames["perimeter"], frames["file"]).filter(prm=TOWN_HALL)
    return found.select("valid_from", "valid_to").rows()


OPEN = (JANUARY, None)
OUT, MOVED_IN = date(2025, 9, 10), date(2025, 10, 20)
BACK = date(2025, 11, 3)
"""Fourteen days after the new tenant's contract began (§3.2.2.2)."""


@pytest.mark.parametrize(
    "deliveries",
    [
        {8: [OPEN], 9: [(JANUARY, OUT)], 10: [], 11: [(BACK, None)]},
        {8: [OPEN], 9: [(JANUARY, OUT)], 10: [(JANUARY, OUT)], 11: [(JANUARY, OUT), (BACK, None)]},
        {8: [OPEN], 9: [(JANUARY, OUT)], 10: [(JANUARY, OUT)], 11: [(BACK, None)]},
        {11: [(BACK, None)], 9: [(JANUARY, OUT)]},
    ],
    ids=["told once", "history kept by Enedis", "history dropped on return", "landed in another order"],
)
def test_a_dwelling_let_again_counts_before_and_after_and_not_between(deliveries):
    assert (BACK - MOVED_IN).days == 14
    assert history(deliveries) == [(JANUARY, OUT), (BACK, None)]


def test_a_suspended_point_that_is_only_left_out_of_a_perimeter_was_out_for_that_period():
    assert history({8: [OPEN], 9: [], 10: [(date(2025, 10, 12), None)]}) == [
        (JANUARY, date(2025, 9, 1)), (date(2025, 10, 12), None),
    ]  # fmt: skip


def test_out_and_back_within_a_period_are_two_rows_of_one_perimeter():
    stays = [(JANUARY, date(2025, 9, 5)), (date(2025, 9, 19), None)]
    assert history({8: [OPEN], 9: stays}) == stays


@pytest.mark.parametrize(
    ("corrected", "expected"),
    [
        ([(date(2025, 2, 1), None)], [(date(2025, 2, 1), None)]),
        ([(JANUARY, date(2025, 3, 1))], [(JANUARY, date(2025, 3, 1))]),
        ([(JANUARY, JANUARY)], []),
    ],
    ids=["entered later", "left earlier", "never took part"],
)
def test_a_stay_told_otherwise_is_corrected_not_added(corrected, expected):
    assert history({8: [OPEN], 9: corrected}) == expected


def test_a_past_period_published_again_says_nothing_of_those_who_joined_since():
    joined = (date(2025, 10, 1), None)
    assert history({8: [], 9: [], 10: [joined], (9, 11): []}) == [joined]


def test_between_two_stays_the_points_own_energy_and_key_count_for_nobody():
    batch = Batch()
    out, back = date(2025, 9, 11), date(2025, 9, 21)
    batch.perimeter(
        [(TOWN_HALL, JANUARY, out), (TOWN_HALL, back, None), (SCHOOL, JANUARY, None), (ROOF, JANUARY, None)]
    )
    batch.annexe2([("consumer", TOWN_HALL, "0.4"), ("consumer", SCHOOL, "0.6"), ("producer", ROOF, None)])
    for prm in (TOWN_HALL, SCHOOL):
        batch.curve(prm, "consumption", [1000] * STEPS)
    batch.curve(ROOF, "production", [1000] * STEPS)
    made = batch.compute()
    shared = row(made.curve, prm=TOWN_HALL)["self_consumption_w"]
    assert set(shared[:960]) == {400.0} and set(shared[960:1920]) == {None} and set(shared[1920:]) == {400.0}
    assert set(row(made.curve, prm=SCHOOL)["self_consumption_w"]) == {600.0}
    surplus = row(made.curve, prm=ROOF)["remainder_w"]
    assert (set(surplus[:960]), set(surplus[960:1920]), set(surplus[1920:])) == ({0.0}, {400.0}, {0.0})
    assert made.issues.is_empty()
