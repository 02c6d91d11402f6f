"""Values of a period that cannot be true or were not measured then: marked in the quality, told as faults."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from energy_pipeline import french
from energy_pipeline.allocation.faults import Fault, Proof
from energy_pipeline.allocation.members import LONGEST_PROOF, MEASURED_SERIES, Members
from energy_pipeline.metering import curves, gaps, suspicion
from energy_pipeline.metering.curves import CurveFile
from energy_pipeline.tables.computed import QUALITY_CODES

SUSPECT = QUALITY_CODES["suspect"]
LIMIT = {"consumer": "puissance souscrite", "producer": "puissance installée"}
POWER_UNIT = {"consumer": "kVA", "producer": "kW"}

FloatArray = NDArray[np.float64]
Period = tuple[date, date, int]


@dataclass(frozen=True, slots=True)
class _Curve:
    """What was measured of a participant: `watts` (steps,), NaN where nothing was."""

    role: str
    prm: str
    watts: FloatArray
    period: Period

    @property
    def name(self) -> str:
        return f"de la courbe de {french.SERIES[MEASURED_SERIES[self.role]]} de {self.prm}"


@dataclass(frozen=True, slots=True)
class _Found:
    """The suspect steps of a curve, and what is wrong with them."""

    check_name: str
    mask: NDArray[np.bool_]
    message: str
    expected: float | None
    observed: float
    unit: str


def mark(
    who: Members,
    measured: FloatArray,
    quality: NDArray[np.uint8],
    *,
    files: Sequence[CurveFile],
    powers: Mapping[tuple[str, str], float],
    period: Period,
    paths: Mapping[tuple[str, str], list[str]],
) -> list[Fault]:
    """Set the code `suspect` at the suspect steps of `quality` (participants, steps), and return why.

    `measured`: (participants, steps) in W; `files`: curves of the operation, those of the week before included;
    `powers`: in W by (PRM, role). The values stay as published. Checks: `value_above_power`, `isolated_value`,
    `repeated_week`.
    """
    series = MEASURED_SERIES[who.role]
    start, _, step = period
    own = [file for file in files if file.series == series]
    before = curves.overlay(own, start - gaps.WEEK, start - gaps.DAY, step)
    faults = []
    for row, prm in enumerate(who.prms):
        curve = _Curve(who.role, prm, np.where(quality[row] == gaps.MEASURED, measured[row], np.nan), period)
        for found in (*_beyond(curve, powers.get((prm, who.role))), *_repeated(curve, before.get((prm, series)))):
            quality[row][found.mask] = SUSPECT
            faults.append(_fault(curve, found, paths.get((prm, series), [])))
    return faults


def _beyond(curve: _Curve, power: float | None) -> Iterator[_Found]:
    """Yield the steps beyond the power of the point or, where nothing tells it, beyond anything else it does."""
    watts, role = curve.watts, curve.role
    mask = suspicion.isolated(watts, curve.period[2]) if power is None else suspicion.above(watts, power, role)
    if not mask.any():
        return
    peak = int(np.nanargmax(watts))
    highest = watts[peak] / suspicion.KILO
    points = f"{french.plural(int(mask.sum()), 'point')} {curve.name}"
    seen = f"jusqu'à {french.number(highest, 1)} kW le {french.short_moment(gaps.instant(peak, *curve.period))}"
    if power is None:
        rest = float(np.nanmax(watts[~mask], initial=0.0)) / suspicion.KILO
        message = f"{points} sans rapport avec les autres, qui ne dépassent pas {french.number(rest, 1)} kW : {seen}."
        yield _Found("isolated_value", mask, message, rest, highest, "kW")
        return
    limit = power / suspicion.KILO
    excess = french.number(100 * (suspicion.POWER_MARGIN[role] - 1))
    message = (
        f"{points} au-dessus de la {LIMIT[role]} ({french.number(limit, 1)} {POWER_UNIT[role]}) de plus de "
        f"{excess} % : {seen}."
    )
    yield _Found("value_above_power", mask, message, limit, highest, "kW")


def _repeated(curve: _Curve, before: FloatArray | None) -> Iterator[_Found]:
    """Yield the stretches that equal those of the week before; `before`: (steps of the seven days before,) in W."""
    week_before = gaps.week_before_of(curve.watts, before, *curve.period)
    mask = suspicion.repeated(curve.watts, week_before, curve.period[2])
    if not mask.any():
        return
    steps = int(mask.sum())
    starts, _ = gaps.runs(mask)
    where = f"en {french.plural(len(starts), 'plage')}, la première " if len(starts) > 1 else ""
    message = (
        f"{french.plural(steps, 'point')} {curve.name}, {where}à partir du "
        f"{french.short_moment(gaps.instant(int(starts[0]), *curve.period))}, "
        "égaux un à un à ceux de la semaine précédente : "
        "sans doute estimés par Enedis (article 5.2.3)."
    )
    yield _Found("repeated_week", mask, message, None, steps, "pas")


def _fault(curve: _Curve, found: _Found, files: Sequence[str]) -> Fault:
    starts, ends = gaps.runs(found.mask)
    stretches = [
        f"{french.short_moment(gaps.instant(int(first), *curve.period))} : "
        f"{french.plural(int(last - first), 'pas', 'pas')}"
        for first, last in zip(starts[:LONGEST_PROOF], ends, strict=False)
    ]
    proof: Proof = [{"file": path} for path in files[:-1]]
    proof += [{"file": path, "value": stretch} for path in files[-1:] for stretch in stretches]
    return Fault(
        found.check_name, found.message, curve.prm, curve.role, found.expected, found.observed, found.unit, proof
    )
