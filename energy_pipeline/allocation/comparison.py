"""A split beside the published one, step by step.

The curves are truncated to the watt (convention §11.6.1.1, printed example): a step differs when the gap exceeds what
1 W of truncation of each input, and of the published output, can make through the rule of Annexe 7.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from energy_pipeline.tables.computed import QUALITY_CODES
from energy_pipeline.tolerances import tolerances

FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]

LINEAR, WEEK_BEFORE, MISSING = (
    QUALITY_CODES[name] for name in ("estimated_linear", "estimated_week_before", "missing")
)
W_TO_KWH = 1 / 60_000
"""Times minutes: mean power in W over a step, as energy in kWh."""
OWN_KEYS = ("static", "dynamic", "full_dynamic")
"""Keys that do not depend on the consumption of the others; the default key does."""


@dataclass(frozen=True)
class Arrays:
    """Participants of an operation's period as matrices (participants, steps) in W, NaN where unknown."""

    prms: list[str]
    is_consumer: BoolArray
    quality: NDArray[np.uint8] | FloatArray
    measured: FloatArray
    shared: FloatArray
    remainder: FloatArray
    published_shared: FloatArray
    published_remainder: FloatArray

    def is_estimated(self) -> BoolArray:
        """Return where we estimated the measure, or miss it."""
        return (self.quality == LINEAR) | (self.quality == WEEK_BEFORE) | (self.quality == MISSING)

    def is_comparable(self, key_type_used: str | None) -> BoolArray:
        """Return where our split rests on measures alone.

        Those of the participant itself and of all producers; those of all consumers too for a producer, and wherever
        the keys are not independent of them.
        """
        estimated = self.is_estimated()
        if not estimated.any():
            return np.ones_like(estimated)
        usable = ~estimated & ~estimated[~self.is_consumer].any(axis=0)
        consumers = ~estimated[self.is_consumer].any(axis=0)
        if key_type_used not in OWN_KEYS:
            return usable & consumers
        usable[~self.is_consumer] &= consumers
        return usable

    def margin(self, key_type_used: str | None) -> FloatArray:
        """Return by how many watts truncation may move a share, at each step.

        A consumer's share moves by at most 1 W per producer when the key limits it, by 1 W when its own consumption
        does; the default key adds its part `Dj / ΣD` of 1 W per consumer. A producer's part moves by at most 1 W per
        participant. The published share is truncated once more.
        """
        watt = tolerances("split")["watts_per_curve"]
        producers, consumers = (~self.is_consumer).sum(), self.is_consumer.sum()
        margin = np.full(self.measured.shape, watt * (1 + max(producers, 1)))
        if key_type_used not in OWN_KEYS:
            total = np.nansum(self.measured[self.is_consumer], axis=0)
            part = np.divide(self.measured, total, out=np.zeros_like(self.measured), where=total > 0)
            margin += watt * consumers * np.nan_to_num(part)
        margin[~self.is_consumer] = watt * (1 + producers + consumers)
        nothing_to_share = ~(np.nansum(self.measured[~self.is_consumer], axis=0) > 0)
        margin[:, nothing_to_share] = watt
        return margin

    def gaps(self, comparable: BoolArray) -> tuple[FloatArray, FloatArray]:
        """Return the split less the published one, NaN where they cannot be compared: shares, remainders."""
        return (
            np.where(comparable, self.shared - self.published_shared, np.nan),
            np.where(comparable, self.remainder - self.published_remainder, np.nan),
        )


def excess(shared_gap: FloatArray, remainder_gap: FloatArray, margin: FloatArray) -> FloatArray:
    """Return by how many watts either gap exceeds what truncation explains, 0 where it does not."""
    watt = tolerances("split")["watts_per_curve"]
    # The remainder is the measure less the share: one more truncated input.
    over = np.fmax(np.abs(shared_gap), np.abs(remainder_gap) - watt)
    over -= margin
    over[~(over > 0)] = 0.0
    return over
