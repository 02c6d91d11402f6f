"""What each key would have given: kWh and euros per participant, by the rule of Annexe 7."""

from collections.abc import Mapping

import numpy as np
import polars as pl
from numpy.typing import NDArray

from energy_pipeline.allocation.kernel import Split, allocate
from energy_pipeline.keys.prices import Prices
from energy_pipeline.keys.situation import Situation

FloatArray = NDArray[np.float64]

SCHEMA = {
    "scenario": pl.String(),
    "role": pl.String(),
    "prm": pl.String(),
    "measured_kwh": pl.Float64(),
    "shared_kwh": pl.Float64(),
    "value_eur": pl.Float64(),
}
"""`measured_kwh`: consumption or production; `shared_kwh`: self-consumption of a consumer, self-produced part of a
producer; `value_eur`: what a consumer saves, or what a producer is paid for its energy; NULL when unknown."""


def compare(situation: Situation, prices: Prices | None, keys: Mapping[str, FloatArray]) -> pl.DataFrame:
    """Return, for each scenario, what each participant gets (SCHEMA).

    `keys`: fractions by scenario, (consumers, 1) or (consumers, steps), replicated to each producer (§11.7.3).
    """
    rows: list[tuple[object, ...]] = []
    for scenario, shares in keys.items():
        split = allocate(situation.production, situation.consumption, shares)
        consumers = zip(
            situation.consumers,
            situation.consumption.sum(axis=1) * situation.kwh,
            split.self_consumption.sum(axis=1) * situation.kwh,
            savings(split, prices, situation.kwh) if prices else [None] * len(situation.consumers),
            strict=True,
        )
        producers = zip(
            situation.producers,
            situation.production.sum(axis=1) * situation.kwh,
            split.self_produced.sum(axis=1) * situation.kwh,
            revenues(split, prices, situation.kwh) if prices else [None] * len(situation.producers),
            strict=True,
        )
        rows += [(scenario, "consumer", *values) for values in consumers]
        rows += [(scenario, "producer", *values) for values in producers]
    return pl.DataFrame(rows, schema=SCHEMA, orient="row").with_columns(pl.col("value_eur").fill_nan(None))


def savings(split: Split, prices: Prices, kwh: float) -> FloatArray:
    """Return (consumers,): euros saved, NaN where a price is missing at a step with self-consumption."""
    return _worth(split.self_consumption, prices.margin) * kwh


def revenues(split: Split, prices: Prices, kwh: float) -> FloatArray:
    """Return (producers,): euros paid for the shared energy, at the consumers' local prices, and for the surplus.

    Each producer has part in each consumer's energy as in the whole of the step, since the key is common to all.
    """
    given = split.self_produced.sum(axis=0)
    received = split.self_consumption
    paid = np.where(received > 0, received * prices.local, 0.0).sum(axis=0)
    mean_price = np.divide(paid, given, out=np.zeros_like(paid), where=given > 0)
    shared = _worth(split.self_produced, np.broadcast_to(mean_price, split.self_produced.shape))
    return (shared + _worth(split.surplus, prices.surplus)) * kwh


def _worth(powers: FloatArray, price: FloatArray) -> FloatArray:
    """Return Σ over the steps of power × price; a price matters only where there is power."""
    worth: FloatArray = np.where(powers > 0, powers * price, 0.0).sum(axis=1)
    return worth
