"""A participant more or less, a curve of another period, a roof."""

from datetime import date

import numpy as np
import pytest

from energy_pipeline.keys import what_if
from energy_pipeline.keys.situation import KeyInputError, Situation
from energy_pipeline.keys.what_if import Roof
from energy_pipeline.periods import grid

ONE, TWO, NEW = "30001000000011", "30001000000022", "30001000000033"
SUN, ROOF = "30001000000099", "30001000000098"
DAY = date(2025, 6, 2)


def made() -> Situation:
    consumption, production = np.array([[1.0] * 96, [2.0] * 96]), np.array([[3.0] * 96, [4.0] * 96])
    current = np.array([[0.25] * 96, [0.75] * 96])
    return Situation("ACC00000001", DAY, DAY, 15, (ONE, TWO), (SUN, TWO), consumption, production, current)


def test_a_new_consumer_has_no_share_of_the_current_key():
    at = what_if.add_consumer(made(), NEW, np.full(96, 5.0))
    assert at.consumers == (ONE, TWO, NEW)
    assert at.consumption[:, 0].tolist() == [1, 2, 5]
    assert at.current_shares()[:, 0].tolist() == [0.25, 0.75, 0]
    assert made().consumers == (ONE, TWO)


def test_a_leaver_leaves_in_both_roles_and_its_share_to_nobody():
    at = what_if.remove(made(), TWO)
    assert (at.consumers, at.producers) == ((ONE,), (SUN,))
    assert at.current_shares()[:, 0].tolist() == [0.25]
    assert at.total_production[0] == 3


def test_a_producer_more():
    at = what_if.add_producer(made(), ROOF, np.full(96, 10.0))
    assert at.total_production[0] == 17
    assert what_if.curve_of(at, ROOF)[0] == "producer"
    assert what_if.curve_of(at, ONE) == ("consumer", pytest.approx(np.ones(96)))


def test_what_makes_no_sense_is_said():
    with pytest.raises(KeyInputError, match="déjà"):
        what_if.add_consumer(made(), ONE, np.zeros(96))
    with pytest.raises(KeyInputError, match="ne participe pas"):
        what_if.remove(made(), NEW)
    with pytest.raises(KeyInputError, match="ne participe pas"):
        what_if.curve_of(made(), NEW)
    with pytest.raises(KeyInputError, match="n'aurait plus"):
        what_if.remove(what_if.remove(made(), TWO), ONE)


def hourly(start: date, end: date) -> np.ndarray:
    """Return day of the month × 100 + local hour, at each hour."""
    return np.array([label.day * 100.0 + label.hour for label in grid.local_hours(start, end)])


def test_the_same_period_is_given_back_and_the_step_adapts():
    month = (date(2025, 10, 1), date(2025, 10, 31))
    watts = np.random.default_rng(1).random(grid.count_steps(*month, 15))
    inside = grid.index_of(date(2025, 10, 8), month[0], 15)
    again = what_if.replay(watts, (*month, 15), date(2025, 10, 8), date(2025, 10, 9), 15)
    assert (again == watts[inside : inside + 192]).all()
    halves = what_if.replay(watts, (*month, 15), date(2025, 10, 8), date(2025, 10, 8), 30)
    assert halves == pytest.approx(watts[inside : inside + 96].reshape(-1, 2).mean(axis=1))
    finer = what_if.replay(hourly(*month), (*month, 60), date(2025, 10, 8), date(2025, 10, 8), 15)
    assert finer.tolist() == [800.0 + hour for hour in range(24) for _ in range(4)]


def test_another_year_gives_the_same_weekday_52_weeks_before():
    """Monday 6 October 2025 takes Monday 7 October 2024; Wednesday 8 October takes Wednesday 9."""
    source = (date(2024, 10, 1), date(2024, 10, 31))
    again = what_if.replay(hourly(*source), (*source, 60), date(2025, 10, 6), date(2025, 10, 8), 60)
    assert again[[0, 25, 71]].tolist() == [700, 801, 923]


def test_another_season_gives_the_days_of_the_source_in_turn():
    """Sunday 1 June 2025 takes the first Sunday of February 2025, the 2nd; Sunday 29, the fifth one, starts over."""
    source = (date(2025, 2, 1), date(2025, 2, 28))
    again = what_if.replay(hourly(*source), (*source, 60), date(2025, 6, 1), date(2025, 6, 30), 60)
    assert again[[0, 24, 7 * 24, 28 * 24]].tolist() == [200, 300, 900, 200]


def test_the_changes_of_hour_are_bridged():
    winter = (date(2025, 1, 6), date(2025, 1, 12))
    autumn = what_if.replay(hourly(*winter), (*winter, 60), date(2025, 10, 26), date(2025, 10, 26), 60)
    assert autumn.tolist() == [1200 + hour for hour in (0, 1, 2, 2, *range(3, 24))]
    spring = (date(2025, 3, 24), date(2025, 3, 30))
    sunday = what_if.replay(hourly(*spring), (*spring, 60), date(2025, 6, 1), date(2025, 6, 1), 60)
    assert sunday.tolist() == [3000 + hour for hour in (0, 1, 1, *range(3, 24))]


def test_holes_are_zero_and_too_short_a_source_is_refused():
    week = (date(2025, 1, 6), date(2025, 1, 12))
    watts = hourly(*week)
    watts[3] = np.nan
    assert what_if.replay(watts, (*week, 60), week[0], week[0], 60)[3] == 0
    short = (date(2025, 1, 6), date(2025, 1, 8))
    assert len(what_if.replay(hourly(*short), (*short, 60), short[0], short[0], 60)) == 24
    with pytest.raises(KeyInputError, match="sept jours"):
        what_if.replay(hourly(*short), (*short, 60), DAY, DAY, 60)
    with pytest.raises(ValueError, match="values for"):
        what_if.replay(watts[1:], (*week, 60), DAY, DAY, 60)


FIGEAC = Roof(peak_kw=10, tilt=30, azimuth=180, latitude=44.6, longitude=2.0)


def test_a_roof_yields_what_plants_yield_where_the_factor_comes_from():
    """1 255 kWh/kWp a year on ten years' average near Figeac (Hespul): within 5 %."""
    watts = what_if.solar_roof(FIGEAC, date(2025, 1, 1), date(2025, 12, 31), 60)
    assert watts.sum() / 1000 / 10 == pytest.approx(1255, rel=0.05)
    assert watts.max() < 9000


def test_the_sun_rises_in_the_east():
    day = (date(2025, 6, 21), date(2025, 6, 21), 15)
    south, east, west = (
        what_if.solar_roof(Roof(10, 30, azimuth, 44.6, 2.0), *day) for azimuth in (180, 90, 270)
    )  # fmt: skip
    assert south[:12].sum() == 0
    assert abs(int(south.argmax()) - 55) <= 4, "solar noon is near 13:50 there in summer"
    assert east.argmax() < south.argmax() < west.argmax()


@pytest.mark.parametrize("change", [{"tilt": 95}, {"azimuth": -10}, {"peak_kw": -1}, {"yield_factor": 1.5}])
def test_an_impossible_roof_is_refused(change):
    values = {"peak_kw": 10, "tilt": 30, "azimuth": 180, "latitude": 44.6, "longitude": 2.0}
    with pytest.raises(KeyInputError, match="hors de l'intervalle"):
        Roof(**(values | change))
