"""The best static key on cases that a reader can solve by hand."""

import numpy as np
import pytest

from energy_pipeline.keys.static import best_shares


def test_two_consumers_by_hand():
    """Shares beyond 0.5 are useless to the first at step 1 and to the second at step 2: half each shares 10 of 20."""
    production = np.array([10.0, 10.0])
    consumption = np.array([[5.0, 5.0], [5.0, 5.0]])
    assert best_shares(production, consumption) == pytest.approx([0.5, 0.5])


def test_the_steeper_gain_comes_first():
    """The first can use a share of 0.2 at both steps, the second 1.0 at one step only."""
    production = np.array([10.0, 10.0])
    consumption = np.array([[2.0, 2.0], [10.0, 0.0]])
    assert best_shares(production, consumption) == pytest.approx([0.2, 0.8])


def test_a_better_price_outweighs_more_energy():
    production = np.array([10.0, 10.0])
    consumption = np.array([[2.0, 2.0], [10.0, 0.0]])
    weights = np.array([[0.01], [0.05]])
    assert best_shares(production, consumption, weights) == pytest.approx([0.0, 1.0])


def test_nobody_gets_more_than_it_can_ever_use():
    shares = best_shares(np.array([10.0, 0.0]), np.array([[2.0, 9.0], [3.0, 9.0]]))
    assert shares == pytest.approx([0.2, 0.3])


def test_equals_share_equally():
    assert best_shares(np.array([9.0]), np.full((3, 1), 9.0)) == pytest.approx([1 / 3] * 3)


def test_without_production_or_consumer_there_is_no_share():
    assert best_shares(np.zeros(3), np.ones((2, 3))) == pytest.approx([0, 0])
    assert best_shares(np.ones(3), np.empty((0, 3))).shape == (0,)


@pytest.mark.parametrize(
    ("production", "consumption", "weights"),
    [
        (np.ones(3), np.ones((2, 4)), 1.0),
        (np.array([np.nan]), np.ones((1, 1)), 1.0),
        (np.ones(1), -np.ones((1, 1)), 1.0),
        (np.ones(1), np.ones((1, 1)), -1.0),
    ],
)
def test_what_does_not_fit_is_refused(production, consumption, weights):
    with pytest.raises(ValueError, match=r"fit|NaN"):
        best_shares(production, consumption, weights)
