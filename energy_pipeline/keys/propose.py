"""From an objective to a key that can be sent: whole hundredths of a percent."""

from collections.abc import Sequence
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from energy_pipeline.allocation.kernel import default_shares
from energy_pipeline.keys import dynamic, rounding, static
from energy_pipeline.keys.prices import Prices
from energy_pipeline.keys.rounding import Hundredths
from energy_pipeline.keys.situation import KeyInputError, Situation

FloatArray = NDArray[np.float64]


class Objective(StrEnum):
    """What a key is to achieve."""

    STATIC = "static"
    """Constant shares that share the most kWh."""
    STATIC_EUROS = "static-euros"
    """Constant shares that save the consumers the most euros."""
    EUROS = "euros"
    """Shares of each step that save the consumers the most euros."""
    FAIR = "fair"
    """Shares of each step that bring the rates of self-production as close as can be."""
    DEFAULT = "default"
    """Shares of each step in proportion to the consumption: the key that Enedis applies by default."""
    PRIORITY = "priority"
    """Shares of each step that serve some consumers first, in a given order."""

    @property
    def is_static(self) -> bool:
        """Whether the key is constant over the period."""
        return self in {Objective.STATIC, Objective.STATIC_EUROS}

    @property
    def needs_prices(self) -> bool:
        """Whether the prices must be known."""
        return self in {Objective.STATIC_EUROS, Objective.EUROS}


def propose(
    objective: Objective, situation: Situation, prices: Prices | None = None, first: Sequence[str] = ()
) -> Hundredths:
    """Return the best key for the objective: (consumers, 1) when static, else (consumers, steps).

    `first`: PRMs to serve before the others, in order (priority). A kWh on which a consumer would lose money is not
    offered to it; a static key cannot tell the steps apart and counts it as worth nothing. Raises KeyInputError when a
    price that the objective needs is missing, or a PRM to serve first is not a consumer.
    """
    production, consumption = situation.total_production, situation.consumption
    match objective:
        case Objective.STATIC:
            return rounding.hundredths(static.best_shares(production, consumption)[:, None])
        case Objective.STATIC_EUROS:
            weights = np.maximum(_margin(situation, prices), 0.0)
            return rounding.hundredths(static.best_shares(production, consumption, weights)[:, None])
        case Objective.DEFAULT:
            return rounding.hundredths(default_shares(consumption))
        case Objective.EUROS:
            received = dynamic.most_worth(production, consumption, _margin(situation, prices))
        case Objective.FAIR:
            received = dynamic.fairest(production, consumption)
        case Objective.PRIORITY:
            received = dynamic.priorities(production, consumption, _ranks(situation, first))
    needs = np.divide(consumption, production, out=np.zeros_like(consumption), where=production > 0)
    return rounding.hundredths(dynamic.shares_of(received, production, consumption), needs)


def _margin(situation: Situation, prices: Prices | None) -> FloatArray:
    if prices is None:
        raise KeyInputError("Cet objectif a besoin de prix : déposer un prices.csv (prix évité et prix local).")
    return prices.known_margin(situation)


def _ranks(situation: Situation, first: Sequence[str]) -> NDArray[np.float64]:
    if unknown := [prm for prm in first if prm not in situation.consumers]:
        raise KeyInputError(f"PRM à servir en priorité inconnu parmi les consommateurs : {', '.join(unknown)}.")
    if not first:
        raise KeyInputError("Indiquer au moins un PRM à servir en priorité (--priority).")
    order = list(dict.fromkeys(first))
    return np.array([order.index(prm) if prm in order else len(order) for prm in situation.consumers], dtype=np.float64)
