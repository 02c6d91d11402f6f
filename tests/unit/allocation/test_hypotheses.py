"""Keys found back from a split made here by plain arithmetic, truncated to the watt as Enedis publishes."""

import numpy as np
import pytest

from energy_pipeline.allocation import hypotheses

STEPS = 960
EVERYWHERE = np.ones(STEPS, dtype=bool)


def measured():
    """Two producers and three consumers over ten days, believable and uneven; watts before truncation."""
    generator = np.random.default_rng(7)
    sun = np.maximum(0, np.sin((np.arange(STEPS) % 96 - 24) / 48 * np.pi))
    production = np.array([6000 * sun, 9000 * sun * generator.random(STEPS)])
    consumption = np.array([[800], [2500], [5000]]) * (0.5 + generator.random((3, STEPS)))
    return production, consumption


def published(shares):
    """Truncated curves: production, consumption, self-consumption."""
    production, consumption = measured()
    received = np.minimum(shares * (production[0] + production[1]), consumption)
    return np.floor(production), np.floor(consumption), np.floor(received)


def by_consumption():
    consumption = measured()[1]
    return consumption / consumption.sum(axis=0)


def test_default_keys_are_recognised():
    found = hypotheses.verify(*published(by_consumption()), EVERYWHERE)
    assert (found.key_type, found.source) == ("default", "hypothèse vérifiée : clés par défaut")


def test_static_keys_are_recognised_and_found_to_the_hundredth_of_a_percent():
    keys = np.array([[0.1234], [0.35], [0.4001]])
    found = hypotheses.verify(*published(keys), EVERYWHERE)
    assert found.key_type == "static"
    assert found.shares.tolist() == keys.tolist()


def test_keys_of_more_than_two_decimals_are_fitted():
    keys = np.array([[1 / 7], [2 / 7], [3 / 7]])
    found = hypotheses.verify(*published(keys), EVERYWHERE)
    assert found.key_type == "static"
    assert found.shares == pytest.approx(keys, abs=1e-4)


def test_keys_that_change_at_each_step_are_not_taken_for_static_nor_default():
    shares = np.random.default_rng(3).dirichlet([1, 1, 1], STEPS).T
    assert hypotheses.verify(*published(shares), EVERYWHERE) is None


def test_one_wrong_stretch_does_not_hide_the_rule():
    production, consumption, received = published(by_consumption())
    received[1, 48:52] = 0
    assert hypotheses.verify(production, consumption, received, EVERYWHERE).key_type == "default"


def test_nothing_published_verifies_nothing():
    production, consumption, received = published(by_consumption())
    assert hypotheses.verify(production, consumption, np.full_like(received, np.nan), EVERYWHERE) is None
    assert hypotheses.verify(production * 0, consumption, received * 0, EVERYWHERE) is None


def test_estimated_steps_are_not_compared():
    production, consumption, received = published(by_consumption())
    consumption[0, :480] = 1.0
    assert hypotheses.verify(production, consumption, received, EVERYWHERE) is None
    assert hypotheses.verify(production, consumption, received, np.arange(STEPS) >= 480).key_type == "default"
