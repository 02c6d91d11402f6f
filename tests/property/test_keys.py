"""Keys against a linear-programming solver, exhaustive search and exact integers."""

import itertools
import math
from datetime import date
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.optimize import linprog

from energy_pipeline.formats import dynamic_keys, dynamic_keys_write
from energy_pipeline.keys import dynamic, rounding, static
from energy_pipeline.keys.check import Expected, check

calm = settings(deadline=None, max_examples=60)
slow = settings(deadline=None, max_examples=25)
powers = st.integers(0, 12).map(float)


@st.composite
def problems(draw, consumers=4, steps=6):
    n, t = draw(st.integers(1, consumers)), draw(st.integers(1, steps))
    production = draw(arrays(np.float64, t, elements=powers))
    consumption = draw(arrays(np.float64, (n, t), elements=powers))
    weights = draw(arrays(np.float64, (n, t), elements=st.integers(0, 5).map(float)))
    return production, consumption, weights


def gain(shares, production, consumption, weights):
    return float((weights * np.minimum(shares[:, None] * production, consumption)).sum())


def static_optimum(production, consumption, weights):
    """Variables: s_j, then x_jt; maximise Σ w·x under x ≤ s·P, x ≤ D, Σs ≤ 1."""
    n, t = consumption.shape
    received = np.hstack([-np.kron(np.eye(n), production[:, None]), np.eye(n * t)])
    whole = np.append(np.ones(n), np.zeros(n * t))
    bounds = [(0, 1)] * n + [(0, need) for need in consumption.ravel()]
    costs = np.append(np.zeros(n), -weights.ravel())
    limits = np.append(np.zeros(n * t), 1.0)
    return -linprog(costs, A_ub=np.vstack([received, whole]), b_ub=limits, bounds=bounds, method="highs").fun


@calm
@given(problems())
def test_the_best_static_key_equals_the_linear_programme(problem):
    production, consumption, weights = problem
    shares = static.best_shares(production, consumption, weights)
    assert (shares >= 0).all()
    assert shares.sum() <= 1 + 1e-12
    assert gain(shares, *problem) == pytest.approx(static_optimum(*problem), abs=1e-7)
    energy = static.best_shares(production, consumption)
    ones = np.ones_like(consumption)
    assert gain(energy, production, consumption, ones) == pytest.approx(
        static_optimum(production, consumption, ones), abs=1e-7
    )


@calm
@given(problems(), st.randoms(use_true_random=False), st.sampled_from([0.5, 4.0, 1024.0]))
def test_the_best_static_key_knows_neither_order_nor_unit(problem, random, factor):
    production, consumption, weights = problem
    order = list(range(len(consumption)))
    random.shuffle(order)
    shares = static.best_shares(production, consumption, weights)
    assert static.best_shares(production, consumption[order], weights[order]) == pytest.approx(shares[order], abs=1e-9)
    assert static.best_shares(production * factor, consumption * factor, weights) == pytest.approx(shares, abs=1e-9)


@calm
@given(problems(), st.data())
def test_more_of_anything_never_makes_the_best_static_key_worse(problem, data):
    production, consumption, weights = problem
    before = gain(static.best_shares(*problem), *problem)
    row = data.draw(st.integers(0, len(consumption) - 1))
    richer = consumption.copy()
    richer[row] += 1
    for changed in ((production + 1, consumption, weights), (production, richer, weights)):
        assert gain(static.best_shares(*changed), *changed) >= before - 1e-9
    dearer = weights.copy()
    dearer[row] *= 2
    assert static.best_shares(production, consumption, dearer)[row] >= static.best_shares(*problem)[row] - 1e-9


@calm
@given(problems())
def test_the_most_worth_equals_the_linear_programme_of_each_step(problem):
    production, consumption, weights = problem
    margin = weights - 1  # some lose
    received = dynamic.most_worth(production, consumption, margin)
    assert (received >= 0).all()
    assert (received <= consumption).all()
    assert (received.sum(axis=0) <= production + 1e-9).all()
    n, t = consumption.shape
    best = linprog(
        -margin.ravel(), A_ub=np.kron(np.ones((1, n)), np.eye(t)), b_ub=production,
        bounds=[(0, need) for need in consumption.ravel()], method="highs",
    )  # fmt: skip
    assert (margin * received).sum() == pytest.approx(-best.fun, abs=1e-7)
    order = np.arange(n)[::-1]
    assert dynamic.most_worth(production, consumption[order], margin[order]) == pytest.approx(received[order], abs=1e-9)


@calm
@given(problems(), st.data())
def test_each_rank_is_served_before_the_next(problem, data):
    production, consumption, _ = problem
    n = len(consumption)
    ranks = np.array(data.draw(st.lists(st.integers(0, 2), min_size=n, max_size=n)), dtype=float)
    received = dynamic.priorities(production, consumption, ranks)
    left = [Fraction(int(power)) for power in production]
    for rank, step in itertools.product((0, 1, 2), range(len(production))):
        members = np.flatnonzero(ranks == rank)
        need = sum(int(consumption[row, step]) for row in members)
        served = min(left[step], need)
        for row in members:
            exact = Fraction(int(consumption[row, step])) * served / need if need else 0
            assert received[row, step] == pytest.approx(float(exact), abs=1e-9)
        left[step] -= served


def fairest_rates(production, consumption):
    """Leximin by linear programmes: raise the lowest rate, fix those that can rise no more, go on."""
    n, t = consumption.shape
    need = consumption.sum(axis=1)
    usable = np.kron(np.ones((1, n)), np.eye(t))
    bounds = [(0, each) for each in consumption.ravel()]
    total = np.kron(np.eye(n), np.ones((1, t)))
    fixed: dict[int, float] = {row: 0.0 for row in range(n) if need[row] == 0}
    while len(fixed) < n:
        free = [row for row in range(n) if row not in fixed]

        held = dict(fixed)

        def solve(costs, level, free=free, fixed=held):
            """Variables: x_jt, then the level; the rate of the free ones is at least the level."""
            above = np.array([np.append(-total[row] / need[row], 1.0) for row in free])
            floor = [np.append(-total[row], 0.0) for row in fixed]
            rows = np.vstack([np.c_[usable, np.zeros(t)], above, *floor])
            limits = np.concatenate(
                [production, np.zeros(len(free)), [1e-10 - fixed[row] * need[row] for row in fixed]]
            )
            return linprog(costs, A_ub=rows, b_ub=limits, bounds=[*bounds, level], method="highs")

        level = solve(np.append(np.zeros(n * t), -1.0), (0, 1)).x[-1]
        stuck = []
        for row in free:
            most = -solve(np.append(-total[row] / need[row], 0.0), (level - 1e-10, level - 1e-10)).fun
            if most < level + 1e-6:
                stuck.append(row)
        assert stuck
        fixed |= dict.fromkeys(stuck, level)
    return np.array([fixed[row] for row in range(n)])


@slow
@given(problems(consumers=3, steps=4))
def test_the_fairest_key_is_leximin_and_wastes_nothing(problem):
    production, consumption, _ = problem
    received = dynamic.fairest(production, consumption)
    assert (received >= 0).all()
    assert (received <= consumption + 1e-9).all()
    assert received.sum(axis=0) == pytest.approx(np.minimum(production, consumption.sum(axis=0)), abs=1e-9)
    need = consumption.sum(axis=1)
    rates = np.divide(received.sum(axis=1), need, out=np.zeros_like(need), where=need > 0)
    assert rates == pytest.approx(fairest_rates(production, consumption), abs=1e-5)


@calm
@given(problems(consumers=8))
def test_the_fairest_totals_do_not_depend_on_the_order(problem):
    production, consumption, _ = problem
    totals = dynamic.fairest(production, consumption).sum(axis=1)
    assert dynamic.fairest(production, consumption[::-1]).sum(axis=1) == pytest.approx(totals[::-1], abs=1e-4)


@settings(deadline=None, max_examples=10)
@given(st.integers(0, 2**32 - 1))
def test_no_exchange_makes_a_large_fair_key_fairer(seed):
    """Whoever receives at a step where another still needs has no higher a rate than it (beyond the tolerance)."""
    random = np.random.default_rng(seed)
    consumption = random.gamma(0.3, 1.0, (15, 200)) * random.uniform(0.1, 10, (15, 1))
    production = random.gamma(0.5, 8.0, 200) * (random.random(200) < 0.6)
    received = dynamic.fairest(production, consumption)
    rates = received.sum(axis=1) / consumption.sum(axis=1)
    gives, needs = received > 1e-3, consumption - received > 1e-3
    for giver, taker in itertools.permutations(range(15), 2):
        if (gives[giver] & needs[taker]).any():
            assert rates[giver] <= rates[taker] + 1e-4


@st.composite
def exact_shares(draw):
    """Shares as exact fractions whose sum is at most 1, one list per step."""
    n = draw(st.integers(1, 7))
    steps = []
    for _ in range(draw(st.integers(1, 4))):
        parts = draw(st.lists(st.integers(0, 997), min_size=n, max_size=n))
        whole = sum(parts) + draw(st.sampled_from([0, 0, 1, 500]))
        steps.append([Fraction(part, whole) if whole else Fraction(0) for part in parts])
    return steps


@calm
@given(exact_shares())
def test_two_decimals_lose_nothing_that_can_be_avoided(steps):
    key = rounding.hundredths(np.array(steps, dtype=np.float64).T)
    for rounded, exact in zip(key.T.tolist(), steps, strict=True):
        hundredths = [10_000 * share for share in exact]
        assert all(abs(each - share) < 1 for each, share in zip(rounded, hundredths, strict=True))
        assert sum(rounded) == min(10_000, sum(math.ceil(share) for share in hundredths))
        up = [share - math.floor(share) for each, share in zip(rounded, hundredths, strict=True) if each > share]
        down = [share - math.floor(share) for each, share in zip(rounded, hundredths, strict=True) if each < share]
        assert not up or not down or min(up) >= max(down) - Fraction(1, 10**6)
    assert (rounding.hundredths(key / 10_000) == key).all()


@calm
@given(exact_shares(), st.data())
def test_a_hundredth_goes_where_it_can_be_used(steps, data):
    shares = np.array(steps[:1], dtype=np.float64).T
    surplus = data.draw(st.lists(st.sampled_from([0.0, 0.00002, 0.01]), min_size=len(shares), max_size=len(shares)))
    needs = shares + np.array(surplus)[:, None]
    key = rounding.hundredths(shares, needs)[:, 0]
    cap, low = needs[:, 0] * 10_000, np.floor(np.round(shares[:, 0] * 10_000, 6))
    choices = [
        (each,) if abs(share - each) < 1e-6 else (each, each + 1)  # 0,17 × 10 000 is not exactly 1700 in floating point
        for each, share in zip(low, shares[:, 0] * 1e4, strict=True)
    ]
    best = max(
        sum(min(each, limit) for each, limit in zip(choice, cap, strict=True))
        for choice in itertools.product(*choices)
        if sum(choice) <= 10_000
    )
    assert np.minimum(key, cap).sum() == pytest.approx(best, abs=1e-4)


@settings(deadline=None, max_examples=15)
@given(
    st.sampled_from([date(2025, 10, 26), date(2025, 3, 30), date(2025, 6, 2), date(2024, 9, 2)]),
    st.integers(1, 4), st.integers(0, 2**32 - 1),
)  # fmt: skip
def test_what_is_written_is_read_back_and_conforms(day, consumers, seed):
    step = 30 if day < date(2024, 10, 1) else 15
    steps = len(dynamic_keys.labels_of(day, day, step))
    random = np.random.default_rng(seed)
    key = rounding.hundredths(random.dirichlet(np.ones(consumers), steps).T * random.choice([1.0, 0.4], steps))
    prms = [f"3000100000{row:04d}" for row in range(consumers)]
    name = dynamic_keys_write.file_name("ACC00000001", day, day, step)
    content = dynamic_keys_write.write(prms, key, day, day, step)
    assert check(name, content, Expected("ACC00000001", day, day, frozenset(prms))) == []
    read = dynamic_keys.read(name, content)
    assert [row["consumer_prm"] for row in read.rows] == prms
    assert (np.rint(np.array([row["percents"] for row in read.rows]) * 100) == key).all()
