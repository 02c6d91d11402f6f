"""Dynamic keys: who is to receive the production of each step, once the curves of the period are known.

At each step any key that wastes nothing shares `min(P, ΣD)`, and the default key already does: a dynamic key moves who
receives, never how much is shared.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from energy_pipeline.allocation.kernel import default_shares

FloatArray = NDArray[np.float64]
Order = NDArray[np.intp]
CLOSE_ENOUGH = 1e-12
"""Relative gap to the fairest totals under which the search stops: far below a hundredth of a percent."""


def most_worth(production: FloatArray, consumption: FloatArray, worth: FloatArray) -> FloatArray:
    """Return what each consumer receives when each step serves those for whom a kWh is worth most, first.

    `production`: (steps,); `consumption`: (consumers, steps); `worth`: (consumers, 1) or (consumers, steps), for
    instance avoided price less local price. Result: (consumers, steps), in the unit of the powers. It maximises
    `Σ worth·received` under `received ≤ consumption` and `Σj received ≤ production`. Those of equal worth are served in
    proportion to their consumption; those for whom a kWh is worth nothing or less receive nothing. Raises ValueError
    for a worth that is not known (NaN).
    """
    if np.isnan(worth).any():
        raise ValueError("the worth of a kWh is not known for every consumer and step")
    order = np.argsort(-worth, axis=0, kind="stable")
    ranked = np.take_along_axis(worth, order, axis=0)
    need = np.where(ranked > 0, np.take_along_axis(consumption, order, axis=0), 0.0)
    up_to = np.cumsum(need, axis=0)
    is_last = np.ones(ranked.shape, dtype=bool)
    np.not_equal(ranked[:-1], ranked[1:], out=is_last[:-1])
    # Of each group of equals: what is needed before it, and up to its end.
    after = np.minimum.accumulate(np.where(is_last, up_to, np.inf)[::-1], axis=0)[::-1]
    ends = np.where(is_last, up_to, 0.0)
    before = np.zeros_like(need)
    np.maximum.accumulate(ends[:-1], axis=0, out=before[1:])
    part = np.divide(production - before, after - before, out=np.zeros_like(need), where=after > before)
    received = np.empty_like(need)
    np.put_along_axis(received, np.broadcast_to(order, need.shape), need * np.clip(part, 0.0, 1.0), axis=0)
    return received


def priorities(production: FloatArray, consumption: FloatArray, ranks: FloatArray) -> FloatArray:
    """Return what each consumer receives when those of rank 0 are served before those of rank 1, and so on.

    `ranks`: (consumers,); consumers of one rank are served in proportion to their consumption. Others: `most_worth`.
    """
    return most_worth(production, consumption, (ranks.max(initial=0) + 1 - ranks)[:, None])


def fairest(production: FloatArray, consumption: FloatArray) -> FloatArray:
    """Return what each consumer receives when the rates of self-production over the period are as equal as can be.

    Fair means: the smallest rate (energy received over the period / consumption over the period) is as high as
    possible, then the next smallest, and so on; a rate can exceed the smallest only by energy that no poorer consumer
    could have used. Of all keys that waste nothing, one does this, and it also minimises `Σj received² / consumption`.
    It is not the default key, which gives those who consume at noon a higher rate than those who consume at night.
    The period is known when the keys are sent, so that the levels are those of the whole period: water poured over it,
    not step after step, where the last days could no longer repair what the first ones gave away.

    Shapes as in `most_worth`. Method: the totals that can be reached are a polymatroid, whose vertices serve the
    consumers in some order; Wolfe's minimum-norm point mixes at most (consumers + 1) of them (Fujishige 1980).
    """
    need = consumption.sum(axis=0)
    contested = np.flatnonzero((production > 0) & (production < need))
    received = np.where(production > 0, consumption, 0.0)
    if contested.size == 0:
        return received
    scarce, wanted = production[contested], consumption[:, contested]
    granted = received.sum(axis=1) - wanted.sum(axis=1)
    total = consumption.sum(axis=1)
    scale = np.divide(1.0, np.sqrt(total), out=np.zeros_like(total), where=total > 0)

    def vertex(order: Order) -> FloatArray:
        return (granted + _in_turn(scarce, wanted, order).sum(axis=1)) * scale

    mixed = np.zeros_like(wanted)
    for weight, order in _smallest_norm(vertex, scale):
        mixed += weight * _in_turn(scarce, wanted, order)
    received[:, contested] = mixed
    return received


def shares_of(received: FloatArray, production: FloatArray, consumption: FloatArray) -> FloatArray:
    """Return the key that gives `received`, (consumers, steps): fractions, the default key where nothing is produced.

    A key is needed at every step; should a correction bring a production where there was none, it is shared.
    """
    shares = np.divide(received, production, out=np.zeros_like(received), where=production > 0)
    return np.where(production > 0, shares, default_shares(consumption))


def _in_turn(production: FloatArray, consumption: FloatArray, order: Order) -> FloatArray:
    """Return what each consumer receives when they are served one after the other, in the same order at each step."""
    left = production.copy()
    received = np.empty_like(consumption)
    for row in order:
        np.minimum(consumption[row], left, out=received[row])
        left -= received[row]
    return received


def _smallest_norm(vertex: Callable[[Order], FloatArray], scale: FloatArray) -> list[tuple[float, Order]]:
    """Return the convex mix of orders, as (weight, order), whose point has the smallest norm (Wolfe 1976).

    `vertex` gives the point of an order: totals × `scale`. Stopped early, the mix is feasible and nearly as fair.
    """
    orders = [np.arange(len(scale))]
    points = vertex(orders[0])[None, :]
    weights = np.ones(1)
    for _ in range(20 * len(scale) + 100):
        point = weights @ points
        order = np.argsort(point * scale, kind="stable")
        best = vertex(order)
        if point @ point - point @ best <= CLOSE_ENOUGH * (point @ point):
            break
        orders.append(order)
        points = np.vstack((points, best))
        weights = np.append(weights, 0.0)
        while True:
            target = _affine_minimum(points)
            if (target > 0).all():
                weights = target
                break
            fall = weights - target
            falling = (target <= 0) & (fall > 0)
            step = np.min(weights[falling] / fall[falling], initial=1.0)
            weights = weights + step * (target - weights)
            kept = weights > CLOSE_ENOUGH
            orders = [order for order, keep in zip(orders, kept, strict=True) if keep]
            points, weights = points[kept], weights[kept] / weights[kept].sum()
        if not any(known is order for known in orders):
            break  # the last order brought nothing that floating point can hold
    return list(zip(weights.tolist(), orders, strict=True))


def _affine_minimum(points: FloatArray) -> FloatArray:
    """Return the weights, of sum 1 and any sign, of the point of smallest norm in the affine hull of the points."""
    size = len(points)
    gram = points @ points.T
    system = np.ones((size + 1, size + 1))
    system[:size, :size] = gram / np.trace(gram)
    system[size, size] = 0.0
    right = np.zeros(size + 1)
    right[size] = 1.0
    return np.asarray(np.linalg.lstsq(system, right, rcond=None)[0][:size], dtype=np.float64)
