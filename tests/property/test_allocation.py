"""The kernel against the rule of the convention written out in exact fractions, on random operations."""

from fractions import Fraction

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from energy_pipeline.allocation.kernel import allocate, default_shares

watts = st.one_of(st.just(0), st.integers(0, 5), st.integers(0, 100_000))


@st.composite
def operations(draw):
    """(production, consumption, kind of shares, shares): shares as fractions [producer][consumer][step]."""
    producers, consumers, steps = draw(st.integers(1, 4)), draw(st.integers(1, 6)), draw(st.integers(1, 5))
    production = [[draw(watts) for _ in range(steps)] for _ in range(producers)]
    consumption = [[draw(watts) for _ in range(steps)] for _ in range(consumers)]
    kind = draw(st.sampled_from(["static", "dynamic", "full_dynamic", "default"]))

    def vector():
        weights = [draw(st.integers(0, 50)) for _ in range(consumers)]
        whole = sum(weights) + draw(st.sampled_from([0, 0, 7, 100]))
        return [Fraction(weight, whole) if whole else Fraction(0) for weight in weights]

    def by_step(constant):
        columns = [vector()] * steps if constant else [vector() for _ in range(steps)]
        return [[columns[step][j] for step in range(steps)] for j in range(consumers)]

    if kind == "default":
        shares = [
            [Fraction(d, sum(row[t] for row in consumption)) if d else Fraction(0) for t, d in enumerate(own)]
            for own in consumption
        ]
        return production, consumption, kind, [shares] * producers
    if kind == "full_dynamic":
        return production, consumption, kind, [by_step(constant=False) for _ in range(producers)]
    return production, consumption, kind, [by_step(constant=kind == "static")] * producers


def arrays(operation):
    production, consumption, kind, shares = operation
    made = np.array(shares, dtype=np.float64)
    demand = np.array(consumption, dtype=np.float64)
    chosen = {
        "static": lambda: made[0][:, :1],
        "dynamic": lambda: made[0],
        "full_dynamic": lambda: made,
        "default": lambda: default_shares(demand),
    }[kind]()
    return np.array(production, dtype=np.float64), demand, chosen


def exact(operation):
    """The five stages of §11.7.2, as printed: Pij, SCj, SPij, SPi, Pij*."""
    production, consumption, _, shares = operation
    producers, consumers, steps = len(production), len(consumption), len(production[0])
    final = np.zeros((producers, consumers, steps), dtype=object)
    surplus = np.zeros((producers, steps), dtype=object)
    for t in range(steps):
        part = [[production[i][t] * shares[i][j][t] for j in range(consumers)] for i in range(producers)]
        excess = [[Fraction(0)] * consumers for _ in range(producers)]
        for j in range(consumers):
            offered = sum(part[i][j] for i in range(producers))
            beyond = max(offered - consumption[j][t], 0)
            for i in range(producers):
                excess[i][j] = beyond * part[i][j] / offered if offered else Fraction(0)
                final[i, j, t] = part[i][j] - excess[i][j]
        for i in range(producers):
            unassigned = production[i][t] * (1 - sum(shares[i][j][t] for j in range(consumers)))
            surplus[i, t] = sum(excess[i]) + unassigned
    return final, surplus


def close(ours, fractions):
    return np.allclose(ours, fractions.astype(np.float64), rtol=1e-11, atol=1e-7)


@settings(deadline=None, max_examples=150)
@given(operations())
def test_the_kernel_equals_the_rule_in_exact_fractions(operation):
    final, surplus = exact(operation)
    split = allocate(*arrays(operation))
    assert close(split.self_consumption, final.sum(axis=0))
    assert close(split.self_produced, final.sum(axis=1))
    assert close(split.surplus, surplus)
    assert close(split.exchange, final.sum(axis=2))


@settings(deadline=None, max_examples=100)
@given(operations())
def test_energy_is_conserved_and_nobody_receives_more_than_offered_or_needed(operation):
    production, consumption, shares = arrays(operation)
    split = allocate(production, consumption, shares)
    assert np.array_equal(split.surplus, production - split.self_produced)
    assert np.allclose(split.self_consumption.sum(axis=0), split.self_produced.sum(axis=0), rtol=1e-12, atol=1e-9)
    assert np.allclose(split.exchange.sum(), split.self_consumption.sum(), rtol=1e-12, atol=1e-9)
    assert (split.self_consumption >= 0).all()
    assert (split.self_consumption <= consumption).all()
    assert (split.surplus >= 0).all()
    offered = (np.broadcast_to(shares, (len(production), *consumption.shape)) * production[:, None]).sum(axis=2)
    assert (split.exchange <= offered * (1 + 1e-12) + 1e-9).all()


@settings(deadline=None, max_examples=60)
@given(operations(), st.randoms(use_true_random=False))
def test_the_order_of_the_participants_does_not_matter(operation, random):
    production, consumption, shares = arrays(operation)
    i, j = list(range(len(production))), list(range(len(consumption)))
    random.shuffle(i)
    random.shuffle(j)
    split = allocate(production, consumption, shares)
    mixed = allocate(production[i], consumption[j], shares[i][:, j] if shares.ndim == 3 else shares[j])
    assert np.allclose(mixed.self_consumption, split.self_consumption[j], atol=1e-7)
    assert np.allclose(mixed.surplus, split.surplus[i], atol=1e-7)
    assert np.allclose(mixed.exchange, split.exchange[i][:, j], atol=1e-7)


@settings(deadline=None, max_examples=60)
@given(operations(), st.sampled_from([0.25, 1000.0, 4.0]))
def test_the_rule_has_no_unit(operation, factor):
    production, consumption, shares = arrays(operation)
    split = allocate(production, consumption, shares)
    scaled = allocate(production * factor, consumption * factor, shares)
    assert np.allclose(scaled.self_consumption, split.self_consumption * factor, rtol=1e-12)
    assert np.allclose(scaled.surplus, split.surplus * factor, rtol=1e-9, atol=1e-6)
