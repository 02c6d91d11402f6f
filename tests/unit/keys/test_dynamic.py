"""Dynamic keys on cases that a reader can solve by hand, and their rounding."""

import numpy as np
import pytest

from energy_pipeline.keys import dynamic, rounding


def test_the_dearest_is_served_first_and_equals_in_proportion():
    production = np.array([10.0])
    consumption = np.array([[6.0], [2.0], [6.0]])
    worth = np.array([[0.05], [0.09], [0.05]])
    assert dynamic.most_worth(production, consumption, worth)[:, 0] == pytest.approx([4, 2, 4])


def test_who_would_lose_receives_nothing():
    received = dynamic.most_worth(np.array([10.0]), np.array([[6.0], [2.0]]), np.array([[-0.01], [0.02]]))
    assert received[:, 0].tolist() == [0, 2]


def test_the_worth_may_change_with_the_slot():
    worth = np.array([[0.10, 0.01], [0.05, 0.05]])
    received = dynamic.most_worth(np.array([5.0, 5.0]), np.full((2, 2), 4.0), worth)
    assert received.tolist() == [[4, 1], [1, 4]]


def test_an_unknown_price_is_refused():
    with pytest.raises(ValueError, match="not known"):
        dynamic.most_worth(np.ones(1), np.ones((1, 1)), np.array([[np.nan]]))


def test_fair_repairs_at_noon_what_the_evening_cannot_give():
    """8 shared of 24 consumed: a third each. The default key gives the first 2.5 of 8 and the second 5.5 of 16."""
    production = np.array([5.0, 3.0])
    consumption = np.array([[8.0, 0.0], [8.0, 8.0]])
    received = dynamic.fairest(production, consumption)
    assert received.sum(axis=1) / consumption.sum(axis=1) == pytest.approx([1 / 3, 1 / 3])
    assert received.sum(axis=0) == pytest.approx([5, 3])


def test_fair_never_starves_the_rich_for_nothing():
    """Energy that the poorer cannot use goes to the richer: nothing is wasted for the sake of equality."""
    received = dynamic.fairest(np.array([0.0, 5.0]), np.array([[9.0, 1.0], [0.0, 5.0]]))
    assert received == pytest.approx(np.array([[0, 1], [0, 4]]))


def test_the_key_of_a_step_without_production_is_the_default_one():
    received = np.array([[0.0, 3.0], [0.0, 1.0]])
    shares = dynamic.shares_of(received, np.array([0.0, 8.0]), np.array([[1.0, 3.0], [3.0, 1.0]]))
    assert shares.tolist() == [[0.25, 0.375], [0.75, 0.125]]


def test_thirds_make_exactly_one_hundred():
    assert sorted(rounding.hundredths(np.full((3, 1), 1 / 3))[:, 0].tolist()) == [3333, 3333, 3334]


def test_flooring_would_lose_what_the_largest_remainders_keep():
    """300 equal consumers: floors of 0,33 % share 99 %; with the remainders all of it."""
    key = rounding.hundredths(np.full((300, 1), 1 / 300))
    assert key.sum() == 10_000
    assert set(key[:, 0].tolist()) == {33, 34}


def test_with_room_everybody_is_rounded_up():
    assert rounding.hundredths(np.array([[0.12341], [0.20009]]))[:, 0].tolist() == [1235, 2001]


def test_two_decimals_stay_what_they_are():
    shares = np.array([[0.5081], [0.3986]])
    assert rounding.hundredths(shares)[:, 0].tolist() == [5081, 3986]


@pytest.mark.parametrize("shares", [[0.6, 0.5], [-0.1, 0.2], [np.nan, 0.2]])
def test_an_impossible_key_is_refused(shares):
    with pytest.raises(ValueError, match="at most 1"):
        rounding.hundredths(np.array(shares)[:, None])
