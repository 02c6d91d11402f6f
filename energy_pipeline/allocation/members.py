"""Who takes part in a period, step by step, and which of their curves are absent, incomplete or unexpected."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from energy_pipeline import french
from energy_pipeline.allocation.faults import Fault, Proof
from energy_pipeline.metering import gaps
from energy_pipeline.metering.participants import ROLE_OF_SERIES
from energy_pipeline.periods import grid

FloatArray = NDArray[np.float64]
MEASURED_SERIES = {"consumer": "consumption", "producer": "production"}
LONGEST_PROOF = 20
"""Stretches listed in the evidence of a curve; the message counts them all."""


@dataclass(frozen=True, slots=True)
class Stay:
    """A stay of a (PRM, role) in an operation, half-open; `valid_to` None while it lasts."""

    prm: str
    role: str
    valid_from: date
    valid_to: date | None

    def overlaps(self, period_start: date, period_end: date) -> bool:
        """Return whether the stay touches the period."""
        return self.valid_from <= period_end and (self.valid_to is None or self.valid_to > period_start)


@dataclass(frozen=True, slots=True)
class Members:
    """The participants of a period in one role, sorted; `present`: (participants, steps)."""

    role: str
    prms: list[str]
    present: NDArray[np.bool_]


def of_period(stays: Iterable[Stay], role: str, period_start: date, period_end: date, step_minutes: int) -> Members:
    """Return who takes part in the period in this role, and at which steps."""
    held = [stay for stay in stays if stay.role == role and stay.overlaps(period_start, period_end)]
    prms = sorted({stay.prm for stay in held})
    row_of = {prm: row for row, prm in enumerate(prms)}
    steps = grid.count_steps(period_start, period_end, step_minutes)
    present = np.zeros((len(prms), steps), dtype=bool)
    for stay in held:
        first = grid.index_of(stay.valid_from, period_start, step_minutes) if stay.valid_from > period_start else 0
        ends_inside = stay.valid_to is not None and stay.valid_to <= period_end
        last = grid.index_of(stay.valid_to, period_start, step_minutes) if ends_inside and stay.valid_to else steps
        present[row_of[stay.prm], first:last] = True
    return Members(role, prms, present)


def missing(
    who: Members,
    quality: NDArray[np.uint8],
    period: tuple[date, date, int],
    paths: Mapping[tuple[str, str], list[str]],
) -> list[Fault]:
    """Return the curves that are absent (`missing_curve`) and those that lack steps (`missing_steps`).

    `quality`: (participants, steps), codes of `tables.computed`; `paths`: files of each (PRM, series).
    """
    found = []
    for row, prm in enumerate(who.prms):
        expected = int(who.present[row].sum())
        measured = int((quality[row] == gaps.MEASURED).sum())
        files = paths.get((prm, MEASURED_SERIES[who.role]), [])
        if measured == expected:
            continue
        if measured == 0:
            found.append(_absent_curve(who.role, prm, expected, files, period))
        else:
            message, stretches = _absent_steps(who.role, prm, quality[row], period)
            evidence: Proof = [{"file": path} for path in files[:-1]]
            evidence += [{"file": path, "value": stretch} for path in files[-1:] for stretch in stretches]
            found.append(Fault("missing_steps", message, prm, who.role, expected, measured, "pas", evidence))
    return found


def _absent_curve(role: str, prm: str, expected: int, files: list[str], period: tuple[date, date, int]) -> Fault:
    message = (
        f"Aucune courbe de {french.SERIES[MEASURED_SERIES[role]]} du {french.ROLES[role]} {prm} "
        f"{french.short_period(*period[:2])} : comptée pour zéro dans la répartition recalculée."
    )
    proof: Proof = [{"file": path} for path in files]
    return Fault("missing_curve", message, prm, role, expected, 0, "pas", proof)


def _absent_steps(
    role: str, prm: str, quality: NDArray[np.uint8], period: tuple[date, date, int]
) -> tuple[str, list[str]]:
    """Return the message and the stretches without measure."""
    lacking = quality > gaps.MEASURED
    starts, ends = gaps.runs(lacking)
    total = int(lacking.sum())
    linear, copied, lost = (int((quality == code).sum()) for code in (gaps.LINEAR, gaps.WEEK_BEFORE, gaps.MISSING))
    outcome = [
        text
        for quantity, text in (
            (linear, f"{french.number(linear)} par interpolation"),
            (copied, f"{french.number(copied)} d'après la semaine précédente"),
            (lost, f"{french.number(lost)} sans valeur, pris pour zéro"),
        )
        if quantity
    ]
    stretches = f"en {french.plural(len(starts), 'plage')}, la première " if len(starts) > 1 else ""
    message = (
        f"{french.plural(total, 'point absent', 'points absents')} de la courbe de "
        f"{french.SERIES[MEASURED_SERIES[role]]} de {prm}, "
        f"{stretches}à partir du {french.short_moment(gaps.instant(int(starts[0]), *period))} : {', '.join(outcome)}."
    )
    return message, [
        f"{french.short_moment(gaps.instant(int(start), *period))} : {french.plural(int(end - start), 'pas', 'pas')}"
        for start, end in zip(starts[:LONGEST_PROOF], ends, strict=False)
    ]


def outside(
    stays: Iterable[Stay],
    sides: Iterable[Members],
    found: Mapping[tuple[str, str], FloatArray],
    paths: Mapping[tuple[str, str], list[str]],
) -> list[Fault]:
    """Return the curves that carry energy for a (PRM, role) that does not take part in the period."""
    inside = {(prm, side.role) for side in sides for prm in side.prms}
    known = {(stay.prm, stay.role) for stay in stays}
    prms = {stay.prm for stay in stays}
    unexpected: dict[tuple[str, str], list[str]] = {}
    for (prm, series), values in found.items():
        role = ROLE_OF_SERIES[series]
        if (prm, role) not in inside and np.nan_to_num(values).any():
            unexpected.setdefault((prm, role), []).extend(paths.get((prm, series), []))
    return [
        Fault(
            "prm_outside_perimeter",
            _outside_message(prm, role, (prm, role) in known, prm in prms),
            prm,
            role,
            evidence=[{"file": path} for path in dict.fromkeys(files)],
        )
        for (prm, role), files in sorted(unexpected.items())
    ]


def _outside_message(prm: str, role: str, had_stay: bool, has_other_role: bool) -> str:
    reason = (
        "n'est pas rattaché à l'opération sur la période"
        if had_stay
        else f"n'est pas déclaré {french.ROLES[role]}"
        if has_other_role
        else "n'est pas un participant connu de l'opération"
    )
    return f"Courbe de {prm}, qui {reason} : elle n'entre pas dans la répartition recalculée."
