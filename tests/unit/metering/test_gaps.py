from datetime import date

import numpy as np

from energy_pipeline.metering import gaps
from energy_pipeline.periods import grid

NAN = np.nan


def test_up_to_one_hour_is_interpolated_between_the_surrounding_values():
    values, quality = gaps.fill(np.array([10.0, NAN, NAN, NAN, NAN, 60.0]), None, 15)
    assert values.tolist() == [10, 20, 30, 40, 50, 60]
    assert quality.tolist() == [1, 2, 2, 2, 2, 1]


def test_one_hour_is_two_steps_of_thirty_minutes():
    values, quality = gaps.fill(np.array([0.0, NAN, NAN, 30.0, NAN, NAN, NAN, 5.0]), None, 30)
    assert values[:4].tolist() == [0, 10, 20, 30]
    assert quality.tolist() == [1, 2, 2, 1, 5, 5, 5, 1]


def test_more_than_one_hour_is_copied_from_the_week_before_and_what_it_lacks_stays_missing():
    before = np.array([1.0, 2, 3, NAN, 5, 6, 7])
    values, quality = gaps.fill(np.array([10.0, NAN, NAN, NAN, NAN, NAN, 70.0]), before, 15)
    assert values[[0, 1, 2, 4, 5, 6]].tolist() == [10, 2, 3, 5, 6, 70]
    assert np.isnan(values[3])
    assert quality.tolist() == [1, 3, 3, 5, 3, 3, 1]


def test_a_short_gap_at_the_edge_has_no_surrounding_values():
    values, quality = gaps.fill(np.array([NAN, 5.0, NAN]), np.array([1.0, 1, NAN]), 15)
    assert values[:2].tolist() == [1, 5]
    assert quality.tolist() == [3, 1, 5]


def week_before(start, end):
    """Where J-7 of each step of the period lies, told by local labels that the standard library made."""
    first = start - gaps.WEEK
    labels = grid.local_hours(first, end)
    steps = np.arange(len(labels) * 4, dtype=float)
    split = grid.index_of(start, first, 15)
    found = gaps.week_before_of(steps[split:], steps[:split], start, end, 15)
    return labels, split, found


def test_j_minus_7_across_the_autumn_change_is_the_same_local_hour():
    labels, split, found = week_before(date(2025, 10, 1), date(2025, 10, 31))
    for step in range(0, len(found), 4):
        here, there = labels[(split + step) // 4], labels[int(found[step]) // 4]
        assert (here - there).days == 7
        assert here.time() == there.time()


def test_j_minus_7_of_an_hour_that_the_spring_change_removed_does_not_exist():
    _, _, found = week_before(date(2025, 4, 1), date(2025, 4, 30))
    two_o_clock = 5 * 96 + 8
    assert np.isnan(found[two_o_clock : two_o_clock + 4]).all()
    assert np.isnan(found).sum() == 4


def test_without_the_week_before_only_the_period_itself_is_a_source():
    values = np.arange(10 * 96, dtype=float)
    found = gaps.week_before_of(values, None, date(2025, 9, 1), date(2025, 9, 10), 15)
    assert np.isnan(found[: 7 * 96]).all()
    assert found[7 * 96 :].tolist() == values[: 3 * 96].tolist()


def test_only_long_gaps_and_edges_need_the_week_before():
    assert not gaps.needs_week_before(np.array([1.0, NAN, NAN, NAN, NAN, 2.0]), 15)
    assert gaps.needs_week_before(np.array([1.0, NAN, NAN, NAN, NAN, NAN, 2.0]), 15)
    assert gaps.needs_week_before(np.array([NAN, 2.0]), 15)
