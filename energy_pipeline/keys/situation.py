"""What keys are computed on: the curves of an operation over a period, as dense arrays, and the key that it has."""

from dataclasses import dataclass
from datetime import date

import numpy as np
import polars as pl
from numpy.typing import NDArray

from energy_pipeline.allocation.kernel import default_shares
from energy_pipeline.periods import grid

FloatArray = NDArray[np.float64]
WATT_MINUTES_PER_KWH = 60_000


class KeyInputError(Exception):
    """Keys cannot be computed on what is known; the message, in French, says what is missing."""


@dataclass(frozen=True, eq=False)
class Situation:
    """An operation over a period: powers in W, 0 where a participant is absent or its value is missing.

    `current`: the key in force as fractions, (consumers, steps); None when none is known, or when it is the default
    key, which follows the consumption (`is_default`).
    """

    operation_id: str
    period_start: date
    period_end: date
    step_minutes: int
    consumers: tuple[str, ...]
    producers: tuple[str, ...]
    consumption: FloatArray
    """(consumers, steps)."""
    production: FloatArray
    """(producers, steps)."""
    current: FloatArray | None = None
    is_default: bool = False
    missing: int = 0
    """Values without any measure or estimate, counted as 0."""

    @property
    def total_production(self) -> FloatArray:
        """(steps,): sum of the producers."""
        return self.production.sum(axis=0)

    @property
    def kwh(self) -> float:
        """Energy, in kWh, of one W over one step."""
        return self.step_minutes / WATT_MINUTES_PER_KWH

    def current_shares(self) -> FloatArray | None:
        """Return the key in force, (consumers, steps); None when it is not known."""
        return default_shares(self.consumption) if self.is_default else self.current


def situation(
    operation_id: str, period_start: date, period_end: date, curves: pl.DataFrame, static_keys: pl.DataFrame
) -> Situation:
    """Return the situation of an operation over [period_start, period_end].

    `curves`: prm, role, step_start, step_minutes, power_w, self_consumption_w, key_type_used, a row per step of
    `marts.curve`. `static_keys`: consumer_prm, valid_from, valid_to, share of `marts.distribution_key`.
    Where the key is neither static nor default, it is what the consumers received over what was produced: the kernel
    gives the same split back. Raises KeyInputError when no curve of one side is known, or for two lengths of step.
    """
    if curves.is_empty():
        raise KeyInputError(f"Aucune courbe de {operation_id} du {period_start:%d/%m/%Y} au {period_end:%d/%m/%Y}.")
    lengths = sorted(curves["step_minutes"].unique())
    if len(lengths) > 1:
        raise KeyInputError(
            f"Des courbes au pas de {lengths[0]} min et d'autres au pas de {lengths[1]} min : choisir une période dans "
            "laquelle le pas ne change pas."
        )
    step, steps = lengths[0], grid.count_steps(period_start, period_end, lengths[0])
    first = int(grid.midnight(period_start).timestamp())
    elapsed = pl.col("step_start").dt.epoch("s") - first
    placed = curves.with_columns(step=elapsed // (step * 60)).filter(pl.col("step").is_between(0, steps - 1))
    consumer, producer = (placed.filter(pl.col("role") == role) for role in ("consumer", "producer"))
    consumers, producers = (tuple(sorted(side["prm"].unique())) for side in (consumer, producer))
    if not consumers or not producers:
        raise KeyInputError(f"{operation_id} n'a pas à la fois des consommateurs et des producteurs sur cette période.")
    for side, word in ((consumer, "consommation"), (producer, "production")):
        if side["power_w"].null_count() == side.height:
            raise KeyInputError(f"Aucune courbe de {word} de {operation_id} sur cette période : rien à répartir.")
    consumption = _dense(consumer, consumers, "power_w", steps)
    production = _dense(producer, producers, "power_w", steps)
    types = set(curves["key_type_used"].unique())
    if types == {"static"}:
        current = static_shares(static_keys, consumers, period_start, period_end, step)
    elif None in types:
        current = None
    else:
        received, total = _dense(consumer, consumers, "self_consumption_w", steps), production.sum(axis=0)
        current = np.divide(received, total, out=np.zeros_like(received), where=total > 0)
    return Situation(
        operation_id, period_start, period_end, step, consumers, producers, consumption, production,
        None if types == {"default"} else current, types == {"default"}, placed["power_w"].null_count(),
    )  # fmt: skip


def static_shares(
    keys: pl.DataFrame, consumers: tuple[str, ...], period_start: date, period_end: date, step_minutes: int
) -> FloatArray:
    """Return dated static keys as (consumers, steps); a consumer without a share has 0.

    The first version holds also before its date, as in the allocation.
    """
    steps = grid.count_steps(period_start, period_end, step_minutes)
    shares = np.zeros((len(consumers), steps))
    rows = keys.select("consumer_prm", "valid_from", "valid_to", pl.col("share").cast(pl.Float64)).sort("valid_from")
    earliest = rows["valid_from"].min()
    for prm, valid_from, valid_to, share in rows.iter_rows():
        if prm in consumers:
            start = 0 if valid_from == earliest else max(grid.index_of(valid_from, period_start, step_minutes), 0)
            end = steps if valid_to is None else max(grid.index_of(valid_to, period_start, step_minutes), 0)
            shares[consumers.index(prm), start:end] = share
    return shares


def _dense(rows: pl.DataFrame, prms: tuple[str, ...], column: str, steps: int) -> FloatArray:
    """Return (prms, steps) of a column, 0 where there is no value."""
    array = np.zeros((len(prms), steps))
    place = {prm: position for position, prm in enumerate(prms)}
    known = rows.filter(pl.col(column).is_not_null())
    array[known["prm"].replace_strict(place, return_dtype=pl.Int64).to_numpy(), known["step"].to_numpy()] = known[
        column
    ].to_numpy()
    return array
