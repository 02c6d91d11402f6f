"""The rule against the convention's printed example (§11.7.2), and against numbers worked out by hand."""

import numpy as np
import pytest

from energy_pipeline.allocation.kernel import allocate, default_shares


def test_the_printed_example_of_annexe_7():
    production = np.array([[200.0], [100.0], [50.0]])
    consumption = np.array([[150.0], [75.0], [50.0]])
    shares = np.array([[0.5, 0.25, 0.2], [0.5, 0.5, 0.0], [0.0, 0.2, 0.8]])[:, :, None]
    split = allocate(production, consumption, shares)
    printed = [[100, 34.1, 25], [50, 34.1, 0], [0, 6.8, 25]]
    assert split.exchange.round(1).tolist() == printed
    assert split.surplus[:, 0].round(1).tolist() == [40.9, 15.9, 18.2]
    assert split.self_consumption[:, 0].round(1).tolist() == [150, 75, 50]


def test_shares_common_to_all_producers_clip_at_the_consumption():
    split = allocate(np.array([[300.0], [100.0]]), np.array([[50.0], [1000.0]]), np.array([[0.5], [0.4]]))
    # 400 shared: 200 and 160 offered; the first takes 50 only, and what it leaves goes to nobody else.
    assert split.self_consumption[:, 0].tolist() == [50, 160]
    assert split.self_produced[:, 0].tolist() == pytest.approx([157.5, 52.5])
    assert split.surplus[:, 0].tolist() == pytest.approx([142.5, 47.5])
    assert split.exchange.tolist() == [pytest.approx([37.5, 120]), pytest.approx([12.5, 40])]


def test_default_shares_are_in_proportion_to_the_consumption():
    shares = default_shares(np.array([[100.0, 0.0], [300.0, 0.0]]))
    assert shares.tolist() == [[0.25, 0], [0.75, 0]]


def test_default_keys_share_all_that_can_be():
    consumption = np.array([[100.0], [300.0]])
    scarce = allocate(np.array([[200.0]]), consumption, default_shares(consumption))
    assert scarce.self_consumption[:, 0].tolist() == [50, 150]
    ample = allocate(np.array([[500.0]]), consumption, default_shares(consumption))
    assert (ample.self_consumption[:, 0].tolist(), ample.surplus[0, 0]) == ([100, 300], 100)


@pytest.mark.parametrize(("producers", "consumers"), [(0, 2), (2, 0), (0, 0)])
def test_an_operation_without_producers_or_consumers_shares_nothing(producers, consumers):
    split = allocate(np.ones((producers, 3)), np.ones((consumers, 3)), np.zeros((consumers, 1)))
    assert split.self_consumption.sum() == 0
    assert split.surplus.sum() == producers * 3


def test_shapes_that_do_not_fit_are_refused():
    with pytest.raises(ValueError, match="do not fit"):
        allocate(np.ones((1, 3)), np.ones((2, 3)), np.ones((3, 1)))
    with pytest.raises(ValueError, match="do not fit"):
        allocate(np.ones((1, 3)), np.ones((2, 4)), np.ones((2, 1)))
