"""The best static key: the constant shares that make the most of a production, exactly.

A consumer with share s receives `min(s·Pt, Djt)` at each step, so that its gain is concave in s and piecewise linear:
its slope falls by `wjt·Pt` where s reaches `Djt / Pt`. The best shares have a common slope, found by bisection.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]


@dataclass(frozen=True)
class _Gain:
    """Gain of a consumer as a function of its share: where its slope falls, and to what, both from the last on."""

    shares: FloatArray
    slopes: FloatArray

    def share_at(self, slope: float) -> float:
        """Return the smallest share from which on the gain rises by no more than `slope`."""
        return float(self.shares[np.searchsorted(self.slopes, slope, side="right") - 1])


def best_shares(production: FloatArray, consumption: FloatArray, weights: FloatArray | float = 1.0) -> FloatArray:
    """Return the shares s ≥ 0, Σs ≤ 1, that maximise `Σj Σt wjt·min(sj·Pt, Djt)`: (consumers,), fractions.

    `production`: (steps,), the sum of the producers, since Enedis replicates the key to each (convention §11.7.3);
    `consumption`: (consumers, steps); both ≥ 0, without NaN, in one unit. `weights`: 1 for energy, else the worth of a
    unit received, (consumers, 1) or (consumers, steps), ≥ 0. Nobody gets more than it can ever use: the sum is below 1
    only when more would be worth nothing. Equal slopes share what is left in proportion to what they could still use,
    so that the order of the consumers does not matter. Raises ValueError for shapes or values that do not fit.
    """
    if production.shape != consumption.shape[1:]:
        raise ValueError(f"shapes {production.shape} and {consumption.shape} do not fit together")
    worth = np.broadcast_to(np.asarray(weights, dtype=np.float64), consumption.shape)
    if not all(np.all(values >= 0) for values in (production, consumption, weights)):
        raise ValueError("powers and weights must be 0 or more, without NaN")
    active = np.flatnonzero(production)
    gains = [_gain(production[active], row[active], own[active]) for row, own in zip(consumption, worth, strict=True)]
    low, high = 0.0, max((gain.slopes[-1] for gain in gains), default=0.0)
    generous = _shares_at(gains, low)
    if generous.sum() <= 1:
        return generous
    sparing = _shares_at(gains, high)
    while low < (middle := (low + high) / 2) < high:
        shares = _shares_at(gains, middle)
        if shares.sum() > 1:
            low, generous = middle, shares
        else:
            high, sparing = middle, shares
    # `low` and `high` are neighbours: between the two solutions every slope is `high`, and any mix is as good.
    return sparing + (generous - sparing) * ((1 - sparing.sum()) / (generous.sum() - sparing.sum()))


def _shares_at(gains: list[_Gain], slope: float) -> FloatArray:
    return np.array([gain.share_at(slope) for gain in gains])


def _gain(production: FloatArray, consumption: FloatArray, weights: FloatArray) -> _Gain:
    """Return the gain over shares 0 to 1; steps that a share of 1 does not fill count up to it."""
    ends = consumption / production
    falls = weights * production
    inside = ends < 1
    beyond = falls[~inside].sum()
    order = np.argsort(ends[inside])[::-1]
    slopes = np.cumsum(np.concatenate(([0.0, beyond], falls[inside][order])))
    return _Gain(np.concatenate(([1.0], ends[inside][order], [0.0])), slopes)
