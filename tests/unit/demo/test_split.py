from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from energy_pipeline.demo.split import default_shares, split


def test_printed_example_of_annexe_7():
    production = np.array([[200.0], [100.0], [50.0]])
    consumption = np.array([[150.0], [75.0], [50.0]])
    shares = np.array([[[0.5], [0.25], [0.2]], [[0.5], [0.5], [0.0]], [[0.0], [0.2], [0.8]]])
    parts, surplus = split(production, consumption, shares)
    # §11.7.2, steps 4 and 5, printed with one decimal.
    assert parts[:, :, 0] == pytest.approx(np.array([[100, 34.1, 25], [50, 34.1, 0], [0, 6.8, 25]]), abs=0.05)
    assert surplus[:, 0] == pytest.approx(np.array([40.9, 15.9, 18.2]), abs=0.05)


@settings(max_examples=40, deadline=None)
@given(st.data())
def test_conserves_and_agrees_with_exact_fractions(data):
    producers, consumers = data.draw(st.integers(1, 3)), data.draw(st.integers(1, 4))
    third = st.integers(0, 90_000)
    made = data.draw(st.lists(third, min_size=producers, max_size=producers))
    drawn = data.draw(st.lists(third, min_size=consumers, max_size=consumers))
    weights = data.draw(st.lists(st.integers(0, 50), min_size=consumers, max_size=consumers))
    keys = [Fraction(weight, max(sum(weights), 1)) for weight in weights]
    parts, surplus = split(
        np.array(made, dtype=float)[:, None] / 3,
        np.array(drawn, dtype=float)[:, None] / 3,
        np.array([float(key) for key in keys])[:, None],
    )
    total = sum(Fraction(p, 3) for p in made)
    for i, p in enumerate(made):
        shared = Fraction(0)
        for j, d in enumerate(drawn):
            offered = total * keys[j]
            kept = min(Fraction(1), Fraction(d, 3) / offered) if offered else Fraction(1)
            exact = Fraction(p, 3) * keys[j] * kept
            shared += exact
            assert parts[i, j, 0] == pytest.approx(float(exact), abs=1e-6)
        assert surplus[i, 0] == pytest.approx(float(Fraction(p, 3) - shared), abs=1e-6)
        assert parts[i, :, 0].sum() + surplus[i, 0] == pytest.approx(p / 3, abs=1e-6)


def test_default_shares_follow_consumption_and_nobody_means_no_share():
    shares = default_shares(np.array([[30.0, 0.0], [10.0, 0.0]]))
    assert shares.tolist() == [[0.75, 0.0], [0.25, 0.0]]
