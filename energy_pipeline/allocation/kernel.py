"""The rule of Annexe 7 (convention §11.7.1) on dense arrays: who receives which part of the production.

At each step, for producer i and consumer j: `Pij = Pi·Cij`, `Pij* = Pij·min(1, Dj / Σi Pij)`. What is clipped at one
consumer goes back to the producers in proportion; it is never offered to another consumer.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
BLOCK_CELLS = 65536
"""Consumers × steps worked on together where intermediate arrays are as large as the inputs: they stay in the
processor's cache.
"""


@dataclass(frozen=True)
class Split:
    """Result of the rule, in the unit of its inputs; `exchange` is summed over the steps."""

    self_consumption: FloatArray
    """(consumers, steps): Σi Pij*."""
    self_produced: FloatArray
    """(producers, steps): Σj Pij*."""
    surplus: FloatArray
    """(producers, steps): Pi − Σj Pij*."""
    exchange: FloatArray
    """(producers, consumers): Σ over the steps of Pij*."""


def default_shares(consumption: FloatArray) -> FloatArray:
    """Return the default keys `Cj = Dj / ΣD` of each step, 0 where nobody consumes (D.315-6; convention §4.1).

    `consumption`: (consumers, steps), ≥ 0, without NaN.
    """
    return _ratio(consumption, consumption.sum(axis=0))


def allocate(production: FloatArray, consumption: FloatArray, shares: FloatArray) -> Split:
    """Share `production` (producers, steps) between consumers whose `consumption` is (consumers, steps).

    `shares` are fractions: (consumers, 1) when constant, (consumers, steps), or (producers, consumers, steps) when
    each producer has its own; their sum over the consumers is at most 1 (the caller's duty: `keys`). All values are
    ≥ 0, without NaN. Raises ValueError when the shapes do not fit together.
    """
    _check_shapes(production, consumption, shares)
    if shares.ndim == 2:
        return _allocate_common(production, consumption, shares)
    return _allocate_per_producer(production, consumption, shares)


def exchange_by_step(production: FloatArray, consumption: FloatArray, shares: FloatArray) -> FloatArray:
    """Return Pij* at each step, (producers, consumers, steps): what `allocate` sums. Same inputs, same errors."""
    _check_shapes(production, consumption, shares)
    offered = shares * production[:, None]
    total = offered.sum(axis=0)
    return offered * _ratio(np.minimum(total, consumption), total)


def _check_shapes(production: FloatArray, consumption: FloatArray, shares: FloatArray) -> None:
    producers, steps = production.shape
    consumers = len(consumption)
    common = {(consumers, 1), (consumers, steps)}
    if consumption.shape[1] != steps or shares.shape not in common | {(producers, consumers, steps)}:
        raise ValueError(f"shapes {production.shape}, {consumption.shape} and {shares.shape} do not fit together")


def _allocate_common(production: FloatArray, consumption: FloatArray, shares: FloatArray) -> Split:
    """Shares common to all producers: `Σi Pij* = min(Cj·ΣP, Dj)`, split between producers in proportion to Pi."""
    total = production.sum(axis=0)
    received = np.multiply(shares, total)
    np.minimum(received, consumption, out=received)
    weights = _ratio(production, total)
    # The sum of shares equal to 1 may exceed it by a rounding error: no producer gives more than it has.
    self_produced = np.minimum(weights * received.sum(axis=0), production)
    return Split(received, self_produced, production - self_produced, weights @ received.T)


def _allocate_per_producer(production: FloatArray, consumption: FloatArray, shares: FloatArray) -> Split:
    """Each producer has its own shares: Pij is formed producer by producer, never all at once, block by block."""
    received, self_produced = np.empty_like(consumption), np.empty_like(production)
    exchange = np.zeros((len(production), len(consumption)))
    ones = np.ones(len(consumption))
    block_steps = BLOCK_CELLS // max(len(consumption), 1) + 1
    for first in range(0, production.shape[1], block_steps):
        block = slice(first, first + block_steps)
        offered = np.einsum("is,ijs->js", production[:, block], shares[:, :, block])
        np.minimum(offered, consumption[:, block], out=received[:, block])
        kept = _ratio(received[:, block], offered)
        for i, power in enumerate(production[:, block]):
            given = shares[i, :, block] * kept
            exchange[i] += given @ power
            # A product by ones: twice as fast as the sum.
            np.minimum(ones @ given * power, power, out=self_produced[i, block])
    return Split(received, self_produced, production - self_produced, exchange)


def _ratio(part: FloatArray, whole: FloatArray) -> FloatArray:
    """Return part / whole, 0 where the whole is 0 (the part is 0 as well)."""
    return part / np.where(whole > 0, whole, 1.0)
