"""Annexe 7 of the convention, step by step as it is printed: the figures that the demo's Enedis publishes.

Written on its own, from the text alone: the pipeline is checked against it.
"""

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


def default_shares(consumption: Array) -> Array:
    """Return each consumer's part of the consumption at each step (consumers × steps); 0 where nobody consumes."""
    total = consumption.sum(axis=0)
    return np.divide(consumption, total, out=np.zeros_like(consumption), where=total > 0)


def split(production: Array, consumption: Array, shares: Array) -> tuple[Array, Array]:
    """Return what each producer gives each consumer, and each producer's surplus, in the unit of the inputs.

    `production` is producers × steps, `consumption` consumers × steps. `shares` (fractions) is consumers × steps, the
    same for every producer (§11.7.3), or producers × consumers × steps. The first result is producers × consumers ×
    steps, the second producers × steps.
    """
    producers, steps = production.shape
    consumers = len(consumption)
    given = np.zeros((producers, consumers, steps))
    by_producer = np.broadcast_to(shares, given.shape)
    for j in range(consumers):
        allotted = [production[i] * by_producer[i, j] for i in range(producers)]
        offered = np.sum(allotted, axis=0)
        excess = np.maximum(offered - consumption[j], 0.0)
        divisor = np.where(offered > 0, offered, 1.0)
        for i in range(producers):
            given[i, j] = allotted[i] - excess * allotted[i] / divisor
    surplus = production - given.sum(axis=1)
    return given, np.maximum(surplus, 0.0)
