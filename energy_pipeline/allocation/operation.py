"""One period of one operation: curves on the grid, keys, the split, and what was noticed on the way."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

import numpy as np
from numpy.typing import NDArray

from energy_pipeline.allocation import keys, members, suspects
from energy_pipeline.allocation.comparison import W_TO_KWH, Arrays
from energy_pipeline.allocation.faults import Fault
from energy_pipeline.allocation.kernel import Split, allocate
from energy_pipeline.allocation.key_files import KeyFile
from energy_pipeline.allocation.keys import Keys
from energy_pipeline.allocation.members import MEASURED_SERIES, Members, Stay
from energy_pipeline.allocation.split_explanation import Explanation, explain
from energy_pipeline.allocation.static_keys import DeclaredType, StaticVersion
from energy_pipeline.metering import curves, gaps
from energy_pipeline.metering.curves import CurveFile
from energy_pipeline.metering.energies import Totals
from energy_pipeline.periods import grid

FloatArray = NDArray[np.float64]
PUBLISHED = {
    "consumer": ("self_consumption", "complement"),
    "producer": ("self_produced", "surplus"),
}


@dataclass(frozen=True, slots=True)
class Landed:
    """What is known of an operation, over its whole life."""

    operation_id: str
    stays: list[Stay]
    curves: list[CurveFile]
    has_perimeter: bool
    types: list[DeclaredType]
    statics: list[StaticVersion]
    key_files: list[KeyFile]
    powers: Mapping[tuple[str, str], float] = field(default_factory=dict)
    """Subscribed or installed power in W, by (PRM, role)."""
    energies: Mapping[tuple[date, date], Totals] = field(default_factory=dict)
    """Energies published, by period."""


@dataclass(frozen=True, slots=True)
class Side:
    """Consumers or producers of a period: arrays (participants, steps) in W, NaN outside the stay or where unknown."""

    members: Members
    measured: FloatArray
    quality: NDArray[np.uint8]
    published: tuple[FloatArray, FloatArray]
    """Self-consumption and complement, or self-produced and surplus; NaN where nothing was published."""

    def for_split(self) -> FloatArray:
        """Return the measured powers, 0 where missing or outside the stay."""
        return np.nan_to_num(self.measured)


@dataclass(frozen=True, slots=True)
class OperationResult:
    """Everything computed for a period of an operation."""

    operation_id: str
    period_start: date
    period_end: date
    step_minutes: int
    key_type: str | None
    keys: Keys
    consumers: Side
    producers: Side
    split: Split | None
    faults: list[Fault] = field(default_factory=list)
    explanations: list[Explanation] = field(default_factory=list)
    """Why the published split differs from ours, the best first; empty when it does not."""

    @property
    def period(self) -> tuple[date, date, int]:
        """First day, last day, step in minutes."""
        return self.period_start, self.period_end, self.step_minutes


def compute_period(landed: Landed, period_start: date, period_end: date) -> OperationResult:
    """Return the split of a period, recomputed; missing steps count as 0 in it and stay missing in the result.

    The curves are overlaid, their gaps estimated (§5.2.3) and the keys of the period applied (§11.7). The split is
    None when no key is known.
    """
    step = curves.period_step(landed.curves, period_start, period_end)
    period = (period_start, period_end, step)
    found = curves.overlay(landed.curves, *period)
    paths = curves.paths_of(landed.curves, period_start, period_end)
    faults: list[Fault] = []
    consumers, producers = (
        _side(landed, members.of_period(landed.stays, role, *period), found, period)
        for role in ("consumer", "producer")
    )
    for side in (consumers, producers):
        faults += members.missing(side.members, side.quality, period, paths)
    faults += members.outside(landed.stays, (consumers.members, producers.members), found, paths)
    absent = [side.quality == gaps.MISSING for side in (consumers, producers)]
    estimated = [(side.quality != gaps.MEASURED) & side.members.present for side in (consumers, producers)]
    inputs = keys.Inputs(
        *period,
        producers=producers.members.prms,
        consumers=consumers.members.prms,
        perimeter=frozenset(consumers.members.prms) if landed.has_perimeter else None,
        types=landed.types,
        statics=landed.statics,
        files=landed.key_files,
        production=producers.for_split(),
        consumption=consumers.for_split(),
        published=consumers.published[0],
        known=~(estimated[0].any(axis=0) | estimated[1].any(axis=0)),
    )
    used, key_faults = keys.resolve(inputs)
    split = None
    explanations: list[Explanation] = []
    if used.shares is not None:
        split = allocate(inputs.production, inputs.consumption, used.shares)
        _forget(split, consumers.members.present & ~absent[0], producers.members.present & ~absent[1])
        energies = landed.energies.get((period_start, period_end), {})
        totals = np.concatenate([_totals(side, energies, step) for side in (consumers, producers)])
        arrays = _arrays(consumers, producers, split)
        explanations = explain(inputs, used, arrays, totals=totals, measured=found, files=landed.curves)
    for side in (consumers, producers):
        faults += suspects.mark(
            side.members,
            side.measured,
            side.quality,
            files=landed.curves,
            powers=landed.powers,
            period=period,
            paths=paths,
        )
    return OperationResult(
        landed.operation_id,
        *period,
        key_type=_declared_type(landed.types, period_start, period_end),
        keys=used,
        consumers=consumers,
        producers=producers,
        split=split,
        faults=[*faults, *key_faults],
        explanations=explanations,
    )


def _side(
    landed: Landed,
    who: Members,
    found: Mapping[tuple[str, str], FloatArray],
    period: tuple[date, date, int],
) -> Side:
    """Return the curves of the consumers or of the producers."""
    shape = who.present.shape
    measured, quality = np.full(shape, np.nan), np.full(shape, gaps.MISSING, dtype=np.uint8)
    series = MEASURED_SERIES[who.role]
    for row, prm in enumerate(who.prms):
        if (prm, series) in found:
            measured[row], quality[row] = _estimated(found[prm, series], landed.curves, (prm, series), period)
    measured[~who.present], quality[~who.present] = np.nan, 0
    absent = ~(quality == gaps.MEASURED).any(axis=1)
    # Nothing of the participant's own was measured: a week copied from before would pass for a curve.
    measured[absent] = np.nan
    quality[absent] = np.where(who.present[absent], gaps.MISSING, 0)
    first, second = (_matrix(found, who, name) for name in PUBLISHED[who.role])
    return Side(who, measured, quality, (first, second))


def _estimated(
    values: FloatArray, files: Iterable[CurveFile], key: tuple[str, str], period: tuple[date, date, int]
) -> tuple[FloatArray, NDArray[np.uint8]]:
    """Return a measured curve with its gaps estimated, and its quality. A negative power is invalid (§5.2.3)."""
    period_start, period_end, step = period
    if np.nanmin(values, initial=0.0) < 0:
        values = np.where(values < 0, np.nan, values)
    week_before = None
    if gaps.needs_week_before(values, step):
        own = [curve for curve in files if (curve.prm, curve.series) == key]
        before = curves.overlay(own, period_start - gaps.WEEK, period_start - gaps.DAY, step).get(key)
        week_before = gaps.week_before_of(values, before, period_start, period_end, step)
    return gaps.fill(values, week_before, step)


def _matrix(found: Mapping[tuple[str, str], FloatArray], who: Members, series: str) -> FloatArray:
    """Return a published series of all the participants, NaN where nothing was published or outside the stay."""
    matrix = np.full(who.present.shape, np.nan)
    for row, prm in enumerate(who.prms):
        values = found.get((prm, series))
        if values is not None:
            matrix[row] = values
    matrix[~who.present] = np.nan
    return matrix


def _arrays(consumers: Side, producers: Side, split: Split) -> Arrays:
    """Return both sides as the rows of one array, to be compared with what was published."""
    sides = (consumers, producers)
    measured = np.concatenate([side.measured for side in sides])
    shared = np.concatenate([split.self_consumption, split.self_produced])
    return Arrays(
        prms=[prm for side in sides for prm in side.members.prms],
        is_consumer=np.array([side is consumers for side in sides for _ in side.members.prms], dtype=bool),
        quality=np.concatenate([side.quality for side in sides]),
        measured=measured,
        shared=shared,
        remainder=measured - shared,
        published_shared=np.concatenate([side.published[0] for side in sides]),
        published_remainder=np.concatenate([side.published[1] for side in sides]),
    )


def _totals(side: Side, energies: Totals, step_minutes: int) -> FloatArray:
    """Return the published energy of each share in kWh, told by the remainder where only that one is; else NaN."""
    shared, remainder = PUBLISHED[side.members.role]
    measures = np.nansum(side.measured, axis=1) * step_minutes * W_TO_KWH
    return np.array(
        [
            energies.get((prm, shared), measure - energies.get((prm, remainder), np.nan))
            for prm, measure in zip(side.members.prms, measures.tolist(), strict=True)
        ]
    )


def _forget(split: Split, consumers_known: NDArray[np.bool_], producers_known: NDArray[np.bool_]) -> None:
    """Set to NaN what the split says of a participant where its own curve says nothing."""
    split.self_consumption[~consumers_known] = np.nan
    split.self_produced[~producers_known] = np.nan
    split.surplus[~producers_known] = np.nan


def _declared_type(types: list[DeclaredType], period_start: date, period_end: date) -> str | None:
    """Return the type declared for the first day of the period."""
    held = keys.holding(types, period_start, grid.next_day(period_end))
    return held[0][1].key_type if held else None
