from datetime import date, datetime

import numpy as np
import pytest

from energy_pipeline.metering import curves
from tests.unit.allocation.batch import END, OPERATION, PARIS, SCHOOL, START, STEPS, Batch

KEY = (SCHOOL, "consumption")
LATE, EARLY = (datetime(2025, 11, day, tzinfo=PARIS) for day in (20, 10))


def overlaid(batch, period=(START, END), step=15):
    found = curves.by_operation(batch.frames()["curve"])[OPERATION]
    return curves.overlay(found, *period, step)[KEY]


def test_a_later_curve_overrides_step_by_step_and_its_nulls_do_not():
    batch = Batch()
    batch.curve(*KEY, [1, 2, 3, *[9] * (STEPS - 3)][:STEPS], received_at=EARLY)
    batch.curve(*KEY, [None, 20, None, *[None] * (STEPS - 3)], received_at=LATE)
    assert overlaid(batch)[:4].tolist() == [1, 20, 3, 9]


def test_the_order_of_arrival_of_the_rows_does_not_matter():
    batch = Batch()
    batch.curve(*KEY, [20] * STEPS, received_at=LATE)
    batch.curve(*KEY, [1] * STEPS, received_at=EARLY)
    assert set(overlaid(batch)) == {20}


def test_a_correction_of_two_days_lands_on_its_instants_after_the_change_of_hour():
    october = (date(2025, 10, 1), date(2025, 10, 31))
    batch = Batch()
    batch.curve(*KEY, [1] * 2980, period=october, received_at=EARLY)
    batch.curve(*KEY, [7] * 192, period=(date(2025, 10, 30), date(2025, 10, 31)), received_at=LATE)
    values = overlaid(batch, october)
    assert len(values) == 2980
    assert np.flatnonzero(values == 7).tolist() == list(range(2788, 2980))


def test_what_lies_outside_the_period_is_cut():
    batch = Batch()
    batch.curve(*KEY, range(192), period=(date(2025, 8, 31), START))
    values = overlaid(batch)
    assert values[:96].tolist() == list(range(96, 192))
    assert np.isnan(values[96:]).all()


@pytest.mark.parametrize(
    ("watts", "from_minutes", "to_minutes", "expected"),
    [
        ([3, 6, 9, 1, 1, 4], 5, 15, [6, 2]),
        ([10, 20, 30], 10, 15, [40 / 3, 80 / 3]),
        ([8, 4], 60, 15, [8, 8, 8, 8, 4, 4, 4, 4]),
        ([8, 4], 30, 15, [8, 8, 4, 4]),
        ([8, 4], 15, 30, [6]),
    ],
)
def test_other_steps_are_averaged_or_repeated(watts, from_minutes, to_minutes, expected):
    assert curves.onto_step(np.array(watts, dtype=float), from_minutes, to_minutes) == pytest.approx(expected)


def test_a_mean_that_lacks_a_part_is_missing():
    assert np.isnan(curves.onto_step(np.array([3, np.nan, 9.0]), 5, 15)).all()


def test_the_step_of_a_period_is_that_of_its_curves_else_that_of_its_date():
    batch = Batch()
    batch.curve(*KEY, [1] * 1440, step=30)
    found = curves.by_operation(batch.frames()["curve"])[OPERATION]
    assert curves.period_step(found, START, END) == 30
    assert curves.period_step([], START, END) == 15
    assert curves.period_step([], date(2024, 9, 1), date(2024, 9, 30)) == 30


def test_totals_of_the_operation_are_nobodys_curve():
    batch = Batch()
    batch.curve(None, "consumption", [1] * STEPS)
    assert curves.by_operation(batch.frames()["curve"]) == {}
