"""Measured values that cannot be true, or that nobody measured then: told apart, never replaced.

Enedis delivers no quality flag: what it estimates from the week before (§5.2.3) looks like a measure.
"""

from collections.abc import Mapping

import numpy as np
import polars as pl
from numpy.typing import NDArray

from energy_pipeline.metering.gaps import runs

FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]

POWER_MARGIN: Mapping[str, float] = {"consumer": 1.5, "producer": 1.2}
"""A meter above 36 kVA lets its subscribed power be exceeded for a while (it is billed for it); a roof may give a
little more than its nominal power on a cold bright day. Beyond these multiples, the value is the fault."""
ISOLATED_FACTOR = 10.0
ISOLATED_ABOVE_W = 36_000.0
ISOLATED_MINUTES = 60
SHORTEST_REPEAT_MINUTES = 240
SHORTEST_REPEAT_STEPS = 16
FEWEST_DISTINCT = 6
"""A standby load repeats two or three values all week long: below this many, equality proves nothing."""
KILO = 1000.0


def powers(participants: pl.DataFrame, site_rows: pl.DataFrame) -> dict[tuple[str, str], float]:
    """Return, by (PRM, role), the largest power in W that was ever declared for it, margin excluded.

    `participants`: marts.participant (installed kW of producers); `site_rows`: landing.site_row (subscribed kVA).
    """
    installed = participants.filter((pl.col("role") == "producer") & (pl.col("power_kw") > 0)).select(
        "prm", "role", kilo=pl.col("power_kw")
    )
    subscribed = site_rows.filter((pl.col("fluid") == "electricity") & (pl.col("subscribed_kva") > 0)).select(
        prm=pl.col("site_id"), role=pl.lit("consumer"), kilo=pl.col("subscribed_kva")
    )
    rows = pl.concat([installed, subscribed]).group_by("prm", "role").agg(pl.col("kilo").max() * KILO)
    return {(prm, role): watts for prm, role, watts in rows.iter_rows()}


def above(watts: FloatArray, power: float, role: str) -> BoolArray:
    """Return (steps,): whether the mean power exceeds `power` (W) by more than the margin of the role."""
    return np.nan_to_num(watts) > POWER_MARGIN[role] * power


def isolated(watts: FloatArray, step_minutes: int) -> BoolArray:
    """Return (steps,): whether the power stands out beyond anything else, for at most an hour in all.

    For a point whose power nothing tells: more than ten times all that the rest of the curve reaches, and above 36 kW.
    """
    most = ISOLATED_MINUTES // step_minutes
    known = np.nan_to_num(watts)
    if len(known) <= most:
        return np.zeros(len(known), dtype=bool)
    rest = np.partition(known, -most - 1)[-most - 1]
    return known > max(ISOLATED_FACTOR * rest, ISOLATED_ABOVE_W)


def repeated(watts: FloatArray, week_before: FloatArray, step_minutes: int) -> BoolArray:
    """Return (steps,): whether the step lies in a stretch that equals the one seven days before, value by value.

    A stretch counts from four hours and sixteen values other than zero on, if at least six of them differ.
    """
    found = np.zeros(len(watts), dtype=bool)
    fewest = max(SHORTEST_REPEAT_STEPS, SHORTEST_REPEAT_MINUTES // step_minutes)
    starts, ends = runs(watts == week_before)
    long = ends - starts >= fewest
    for start, end in zip(starts[long], ends[long], strict=True):
        flowing = np.flatnonzero(watts[start:end])
        if len(flowing) >= fewest and len(np.unique(watts[start:end][flowing])) >= FEWEST_DISTINCT:
            found[start + flowing[0] : start + flowing[-1] + 1] = True
    return found
