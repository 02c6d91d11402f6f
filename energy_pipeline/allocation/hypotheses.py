"""When no key is known: which keys reproduce the split that Enedis published.

An inbox of Enedis's files alone has no Annexe 2. The published self-consumption then tells the keys: the default ones,
or static ones fitted on the steps at which the consumer was not clipped.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from energy_pipeline.allocation.kernel import allocate, default_shares

FloatArray = NDArray[np.float64]
PREFIX = "hypothèse vérifiée : "
DEFAULT = PREFIX + "clés par défaut"
STATIC = PREFIX + "clés statiques déduites des courbes publiées"
UNEXPLAINED = 0.01
"""Fraction of the steps that a hypothesis may leave unexplained: one wrong stretch must not hide the rule."""
HIGH_PRODUCTION = 0.2
"""Fraction of the highest production from which a step tells a share precisely enough: curves are truncated to 1 W."""


@dataclass(frozen=True, slots=True)
class Hypothesis:
    """Keys that reproduce what Enedis published; `shares` as `kernel.allocate` takes them."""

    key_type: str
    shares: FloatArray
    source: str


def verify(
    production: FloatArray, consumption: FloatArray, published: FloatArray, known: NDArray[np.bool_]
) -> Hypothesis | None:
    """Return the first hypothesis (default, then static) that reproduces the published self-consumption, else None.

    `production`: (producers, steps), `consumption` and `published` self-consumption: (consumers, steps), in W,
    `published` NaN where nothing was; `known`: (steps,), whether all the inputs of the step were measured. Tolerance:
    the watt by which each input and the result may have been truncated, carried through the rule.
    """
    total = production.sum(axis=0)
    compared = known & (total > 0) & ~np.isnan(published)
    if not (compared & (np.nan_to_num(published) > 0)).any():
        return None
    producers, consumers = len(production), len(consumption)
    by_default = default_shares(consumption)
    candidates = [Hypothesis("default", by_default, DEFAULT)]
    candidates += (
        Hypothesis("static", shares, STATIC) for shares in _fitted(production, consumption, published, known)
    )
    for candidate in candidates:
        carried = producers + (consumers if candidate.key_type == "default" else 0)
        split = allocate(production, consumption, candidate.shares)
        far = np.abs(split.self_consumption - published) > 2 + carried * candidate.shares
        if far[compared].mean() <= UNEXPLAINED:
            return candidate
    return None


def _fitted(
    production: FloatArray, consumption: FloatArray, published: FloatArray, known: NDArray[np.bool_]
) -> Iterator[FloatArray]:
    """Yield static shares (consumers, 1): with two decimals of percent as declared ones have, then as fitted."""
    total = production.sum(axis=0)
    shares = np.zeros(len(consumption))
    for row, (demand, received) in enumerate(zip(consumption, published, strict=True)):
        told = known & ~np.isnan(received) & (total > 0)
        if not told.any():
            if demand.any():
                return
            continue
        free = told & (received < demand - 2)
        free &= total >= HIGH_PRODUCTION * total[free].max(initial=0)
        if free.any():
            shares[row] = (received[free] + 0.5).sum() / (total[free] + 0.5 * len(production)).sum()
        else:
            # Always clipped: any share from this one on gives the same split.
            shares[row] = (received[told] / total[told]).max()
    for candidate in (shares.round(4), shares):
        if candidate.sum() <= 1 + 1e-3:
            yield (candidate / max(candidate.sum(), 1.0))[:, None]
