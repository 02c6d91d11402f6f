"""Why the published split differs from ours: every supposition is tested, the best come first.

A supposition is measured by its residual: the energy of the published split that it leaves unexplained beyond what
truncation to the watt can hide, summed over the participants of a side; the worse of the two sides counts, so that a
supposition must be right for the consumers and for the producers.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from energy_pipeline.allocation.comparison import OWN_KEYS, Arrays, FloatArray, excess
from energy_pipeline.allocation.keys import Inputs, Keys
from energy_pipeline.allocation.suppositions import Case, suppositions
from energy_pipeline.metering.curves import CurveFile
from energy_pipeline.tolerances import tolerances

W_TO_KWH = 1 / 60_000
"""Times minutes: mean power in W over a step, as energy in kWh."""
AS_GOOD_KWH = 0.1
"""Residuals that differ by less are worth the same: the more ordinary supposition then comes first."""


@dataclass(frozen=True, slots=True)
class Explanation:
    """A supposition tested: `residual_kwh` is what it leaves of `difference_kwh`, the residual of our own split."""

    hypothesis: str
    description: str
    residual_kwh: float
    difference_kwh: float


def explain(
    inputs: Inputs, used: Keys, arrays: Arrays, measured: Mapping[tuple[str, str], FloatArray],
    files: Sequence[CurveFile],
) -> list[Explanation]:  # fmt: skip
    """Return the suppositions tested, best first; none when the published split does not differ from ours.

    `arrays`: consumers in the order of `inputs`, then producers; `measured`, `files`: of `suppositions.Case`. The cost
    is one split per supposition (some tens for an ordinary operation), for the periods that differ only.
    """
    arrays, slack = _shares_only(arrays)
    # Where a consumer was estimated, only keys of their own can be compared: without those steps first, if enough.
    for strictness in dict.fromkeys((None, used.key_type)):
        comparable = arrays.is_comparable(strictness)
        gap, nothing = arrays.gaps(comparable)
        over = excess(gap, nothing, arrays.margin(used.key_type) + slack)
        differs = over.sum(axis=1) * inputs.step_minutes * W_TO_KWH > tolerances("split")["exceeded_kwh"]
        if differs.any():
            break
    else:
        return []
    published = np.where(comparable, arrays.published_shared, np.nan)
    case = Case(inputs, used, arrays, measured, files, published, np.greater(over, 0))
    margins = {own: arrays.margin("static" if own else "default") + slack for own in (True, False)}

    def residual(shared: FloatArray, key_type: str | None) -> float:
        beyond = excess(shared - published, nothing, margins[key_type in OWN_KEYS]).sum(axis=1)
        sides = (beyond[arrays.is_consumer].sum(), beyond[~arrays.is_consumer].sum())
        return float(max(sides)) * inputs.step_minutes * W_TO_KWH

    difference = residual(arrays.shared, used.key_type)
    best: dict[str, Explanation] = {}
    for each in suppositions(case):
        left = residual(each.shared, each.key_type)
        if each.about not in best or left < best[each.about].residual_kwh:
            best[each.about] = Explanation(each.hypothesis, each.description, left, difference)
    return sorted(best.values(), key=lambda found: round(found.residual_kwh / AS_GOOD_KWH))


def _shares_only(arrays: Arrays) -> tuple[Arrays, FloatArray]:
    """Return the arrays with the published share told by the remainder where no curve gives it, and 1 W more there."""
    told = np.isfinite(arrays.published_shared)
    shared = np.where(told, arrays.published_shared, arrays.measured - arrays.published_remainder)
    unknown = np.full_like(shared, np.nan)
    only = Arrays(
        arrays.prms, arrays.is_consumer, arrays.quality, arrays.measured, arrays.shared, unknown, shared, unknown
    )
    return only, np.where(told, 0.0, tolerances("split")["watts_per_curve"])
