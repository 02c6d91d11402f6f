import numpy as np

from energy_pipeline.metering import suspicion

DAY = 96
NAN = np.nan


def noise(days, seed=1):
    return np.random.default_rng(seed).integers(200, 4000, days * DAY).astype(float)


def copied(length, *, at=10 * DAY + 20, days=14, values=None):
    """Two weeks of which `length` quarter-hours are those of the week before; and the week-before curve."""
    watts = noise(days) if values is None else values
    watts[at : at + length] = watts[at - 7 * DAY : at - 7 * DAY + length]
    return watts, np.concatenate([np.full(7 * DAY, NAN), watts[: -7 * DAY]])


def test_a_power_counts_from_its_margin_on_and_the_largest_declared_holds():
    watts = np.array([35_000.0, 54_000.0, 54_001.0, NAN])
    assert suspicion.above(watts, 36_000, "consumer").tolist() == [False, False, True, False]
    assert suspicion.above(np.array([43_200.0, 43_201.0]), 36_000, "producer").tolist() == [False, True]


def test_one_value_ten_times_all_the_others_stands_out_and_a_busy_afternoon_does_not():
    watts = noise(30)
    watts[1000] = 240_000
    assert np.flatnonzero(suspicion.isolated(watts, 15)).tolist() == [1000]
    watts[1001:1004] = 90_000
    assert np.flatnonzero(suspicion.isolated(watts, 15)).tolist() == [1000, 1001, 1002, 1003]
    watts[1004] = 90_000
    assert not suspicion.isolated(watts, 15).any()


def test_a_small_curve_may_have_one_large_value():
    watts = np.full(2880, 30.0)
    watts[5] = 9_000
    assert not suspicion.isolated(watts, 15).any()
    assert not suspicion.isolated(np.full(2880, NAN), 15).any()


def test_four_hours_of_the_week_before_are_told_and_one_step_less_is_not():
    watts, before = copied(16)
    assert np.flatnonzero(suspicion.repeated(watts, before, 15)).tolist() == list(range(980, 996))
    assert not suspicion.repeated(*copied(15), 15).any()


def test_half_hours_need_as_many_values():
    watts, before = copied(16)
    assert suspicion.repeated(watts, before, 30).sum() == 16
    assert not suspicion.repeated(*copied(15), 30).any()


def test_nights_standby_and_one_differing_watt_prove_nothing():
    nights = np.tile(np.concatenate([np.zeros(60), np.arange(1, 37) * 100.0]), 14)
    nights += np.repeat(np.arange(14), DAY) * (nights > 0)
    before = np.concatenate([np.full(7 * DAY, NAN), nights[: -7 * DAY]])
    assert not suspicion.repeated(nights, before, 15).any()
    standby = np.tile([30.0, 31.0, 30.0, 32.0], 14 * DAY // 4)
    assert not suspicion.repeated(standby, standby.copy(), 15).any()
    watts, before = copied(24)
    before[980 + 12] += 1
    assert not suspicion.repeated(watts, before, 15).any()


def test_a_copied_day_of_a_roof_is_told_from_dawn_to_dusk():
    sun = np.concatenate([np.zeros(30), np.arange(1, 37) * 100.0, np.zeros(30)])
    values = np.concatenate([sun + (sun > 0) * day for day in range(14)])
    watts, before = copied(DAY, at=8 * DAY, values=values)
    found = np.flatnonzero(suspicion.repeated(watts, before, 15))
    assert found.tolist() == list(range(8 * DAY + 30, 8 * DAY + 66))
