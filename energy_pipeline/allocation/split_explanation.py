"""Why the published split differs from ours: every supposition is tested, the best come first.

A supposition is measured by its residual: the energy of the published split that it leaves unexplained beyond what
truncation to the watt can hide, summed over the participants of a side; the worse of the two sides counts, so that a
supposition must be right for the consumers and for the producers.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from energy_pipeline.allocation.comparison import OWN_KEYS, W_TO_KWH, Arrays, BoolArray, FloatArray, excess
from energy_pipeline.allocation.keys import Inputs, Keys
from energy_pipeline.allocation.suppositions import Case, suppositions
from energy_pipeline.metering.curves import CurveFile
from energy_pipeline.tolerances import tolerances

AS_GOOD_KWH = 0.1
"""Residuals that differ by less are worth the same: the more ordinary supposition then comes first."""
MOST_VALUES = 5
"""Rounded values of which a published energy may be made: four time slots, and the measure that it is taken from."""


@dataclass(frozen=True, slots=True)
class Explanation:
    """A supposition tested: `residual_kwh` is what it leaves of `difference_kwh`, the residual of our own split."""

    hypothesis: str
    description: str
    residual_kwh: float
    difference_kwh: float


def explain(
    inputs: Inputs,
    used: Keys,
    arrays: Arrays,
    *,
    totals: FloatArray,
    measured: Mapping[tuple[str, str], FloatArray],
    files: Sequence[CurveFile],
) -> list[Explanation]:
    """Return the suppositions tested, best first; none when the published split does not differ from ours.

    `arrays`: consumers in the order of `inputs`, then producers; `totals`: (participants,) in kWh, what energy files
    say of each share, NaN where none does: used where no curve does; `measured`, `files`: of `suppositions.Case`. The
    cost is one split per supposition (some tens for an ordinary operation), for the periods that differ only.
    """
    # Where a consumer was estimated, only keys of their own can be compared: without those steps first, if enough.
    for strictness in (None, used.key_type) if arrays.is_estimated().any() else (used.key_type,):
        published = _Published.of(arrays, totals, arrays.is_comparable(strictness), inputs.step_minutes * W_TO_KWH)
        unexplained = published.unexplained(arrays.shared, used.key_type)
        if (unexplained > tolerances("split")["exceeded_kwh"]).any():
            break
    else:
        return []
    differing = published.differing(arrays.shared, used.key_type)
    case = Case(inputs, used, arrays, measured, files, published.watts, differing)
    difference = published.residual(arrays.shared, used.key_type)
    best: dict[str, Explanation] = {}
    for each in suppositions(case):
        left = published.residual(each.shared, each.key_type)
        if each.about not in best or left < best[each.about].residual_kwh:
            best[each.about] = Explanation(each.hypothesis, each.description, left, difference)
    return sorted(best.values(), key=lambda found: round(found.residual_kwh / AS_GOOD_KWH))


@dataclass(frozen=True)
class _Published:
    """What Enedis published of each share, and how far from it a split may be by truncation alone."""

    present: BoolArray
    watts: FloatArray
    """(participants, steps); NaN where it cannot be compared."""
    totals: FloatArray
    """(participants,) in kWh; NaN where the curve tells, or where not all the steps can be compared."""
    arrays: Arrays
    slack: FloatArray
    """W by which a published value told by the remainder may be further away."""
    kwh_per_w: float
    margins: dict[bool, FloatArray] = field(default_factory=dict)

    @classmethod
    def of(cls, arrays: Arrays, totals: FloatArray, comparable: BoolArray, kwh_per_w: float) -> "_Published":
        """Return what was published, the share being the measure less the remainder where only that one is."""
        told = np.isfinite(arrays.published_shared)
        watts = np.where(told, arrays.published_shared, arrays.measured - arrays.published_remainder)
        # The remainder is one more truncated value.
        slack = np.where(told, 0.0, tolerances("split")["watts_per_curve"])
        present = np.greater(arrays.quality, 0)
        has_total = (comparable | ~present).all(axis=1) & ~np.isfinite(watts).any(axis=1)
        return cls(
            present,
            np.where(comparable, watts, np.nan),
            np.where(has_total, totals, np.nan),
            arrays,
            slack,
            kwh_per_w,
        )

    def _margin(self, key_type: str | None) -> FloatArray:
        own = key_type in OWN_KEYS
        if own not in self.margins:
            self.margins[own] = self.arrays.margin("static" if own else "default") + self.slack
        return self.margins[own]

    def _beyond(self, shared: FloatArray, key_type: str | None) -> FloatArray:
        """Return, step by step in W, what the curves leave unexplained."""
        return excess(shared - self.watts, np.full_like(shared, np.nan), self._margin(key_type))

    def _beyond_total(self, shared: FloatArray, key_type: str | None) -> FloatArray:
        """Return, by participant in kWh, what the energies leave unexplained."""
        allowed = np.where(self.present, self._margin(key_type), 0.0).sum(axis=1) * self.kwh_per_w
        allowed += MOST_VALUES * tolerances("energy")["kwh_per_value"]
        gap = np.abs(np.nansum(shared, axis=1) * self.kwh_per_w - self.totals) - allowed
        return np.where(gap > 0, gap, 0.0)

    def unexplained(self, shared: FloatArray, key_type: str | None) -> FloatArray:
        """Return (participants,): the energy in kWh that a split leaves unexplained."""
        by_curve = self._beyond(shared, key_type).sum(axis=1) * self.kwh_per_w
        return by_curve + self._beyond_total(shared, key_type)

    def residual(self, shared: FloatArray, key_type: str | None) -> float:
        """Return the unexplained energy of the worse side."""
        left = self.unexplained(shared, key_type)
        return float(max(left[self.arrays.is_consumer].sum(), left[~self.arrays.is_consumer].sum()))

    def differing(self, shared: FloatArray, key_type: str | None) -> BoolArray:
        """Return (participants, steps): where the split differs; an energy tells no step, so all of them."""
        by_total = self._beyond_total(shared, key_type) > 0
        return np.greater(self._beyond(shared, key_type), 0) | (by_total[:, None] & self.present)
