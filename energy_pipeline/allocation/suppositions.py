"""How Enedis may have shared the production otherwise than we did: each supposition, and the split that it gives.

Every supposition but those about the publication itself changes one thing of the inputs, then goes through the same
keys and the same rule as our own split. A description completes « la publication est reproduite … ».
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

import numpy as np

from energy_pipeline import french
from energy_pipeline.allocation.comparison import Arrays, BoolArray, FloatArray
from energy_pipeline.allocation.kernel import allocate, default_shares
from energy_pipeline.allocation.key_files import KeyFile, invalid_steps
from energy_pipeline.allocation.keys import Inputs, Keys, resolve
from energy_pipeline.allocation.members import MEASURED_SERIES
from energy_pipeline.allocation.static_keys import DeclaredType
from energy_pipeline.metering import curves, gaps
from energy_pipeline.metering.curves import CurveFile
from energy_pipeline.periods import grid

ROLE_OF_MEASURE = {series: role for role, series in MEASURED_SERIES.items()}
KEY_DIGITS = {4: "au centième de pour cent", 2: "au pour cent"}
POWER_UNITS = {10: "à la dizaine de watts", 100: "à la centaine de watts", 1000: "au kilowatt"}
NO_CHANGE_W = 1e-6
"""Below it two splits are the same but for the order of the additions."""


@dataclass(frozen=True)
class Case:
    """A period whose published split differs from ours, and what sharing it otherwise needs."""

    inputs: Inputs
    used: Keys
    arrays: Arrays
    """Consumers in the order of the inputs, then producers."""
    measured: Mapping[tuple[str, str], FloatArray]
    """By (PRM, series), (steps,) in W: what was measured, inside the stay or not; NaN where nothing was."""
    files: Sequence[CurveFile]
    """Curves of the operation, those of the seven days before the period included."""
    published: FloatArray
    """(participants, steps) in W: what Enedis shared; NaN where it cannot be compared."""
    differing: BoolArray
    """(participants, steps): where the published split differs from ours."""

    @property
    def members(self) -> list[tuple[str, str]]:
        """(PRM, role) of each row of the arrays."""
        return [(prm, "consumer") for prm in self.inputs.consumers] + [
            (prm, "producer") for prm in self.inputs.producers
        ]

    @property
    def doubtful(self) -> list[tuple[int, str, str]]:
        """(row, PRM, role) of those of whom the published split differs, or says nothing."""
        rows = self.differing.any(axis=1) | ~np.isfinite(self.published).any(axis=1)
        return [(row, *self.members[row]) for row in np.flatnonzero(rows).tolist()]

    @property
    def period(self) -> tuple[date, date, int]:
        """First day, last day, step in minutes."""
        return self.inputs.period_start, self.inputs.period_end, self.inputs.step_minutes

    @property
    def present(self) -> BoolArray:
        """(participants, steps): who takes part."""
        return np.greater(self.arrays.quality, 0)


@dataclass(frozen=True, slots=True)
class Supposition:
    """One way of sharing: `shared` is (participants, steps) in W, NaN where the supposition says nothing.

    Of those that are about the same thing, only the best counts.
    """

    hypothesis: str
    description: str
    shared: FloatArray
    key_type: str | None
    about: str


def suppositions(case: Case) -> Iterator[Supposition]:
    """Yield every supposition worth testing, the most ordinary first; those that change nothing are left out."""
    for made in (
        _other_keys(case),
        _default_keys(case),
        _participants(case),
        _stays(case),
        _shifted_hours(case),
        _week_before(case),
        _truncations(case),
    ):
        for supposition in made:
            if (np.abs(supposition.shared - case.arrays.shared) > NO_CHANGE_W).any():
                yield supposition


def _shared_with(
    case: Case, hypothesis: str, description: str, inputs: Inputs, *, used: Keys | None = None, about: str | None = None
) -> Iterator[Supposition]:
    """Yield the split of other inputs or other keys; nothing when no key is known for them."""
    found = used or resolve(inputs)[0]
    if found.shares is None:
        return
    split = allocate(inputs.production, inputs.consumption, found.shares)
    consumers, producers = len(case.inputs.consumers), len(case.inputs.producers)
    shared = np.vstack([split.self_consumption[:consumers], split.self_produced[:producers]])
    yield Supposition(hypothesis, description, shared, found.key_type, about or description)


def _other_keys(case: Case) -> Iterator[Supposition]:
    """Another version of the static keys, earlier or later; another file of dynamic keys, or a refused one."""
    inputs = case.inputs
    for version in inputs.statics:
        if not version.is_refused:
            alone = replace(inputs, types=[DeclaredType(version.declared_on, "static")], statics=[version])
            text = f"avec les clés statiques de l'Annexe 2 du {french.short_day(version.declared_on)}"
            yield from _shared_with(case, "other_keys", text, alone)
    steps = inputs.consumption.shape[1]
    for file in inputs.files:
        if not file.covers(inputs.period_start, inputs.period_end) or file.percents.shape[1] != steps:
            continue
        if file.producer_prm is None:
            yield from _common_file(case, file)
        else:
            last = replace(inputs, files=[*(each for each in inputs.files if each is not file), file])
            yield from _shared_with(case, "other_keys", f"avec les clés du fichier {file.path}", last)


def _common_file(case: Case, file: KeyFile) -> Iterator[Supposition]:
    """The file as sent by API: default keys at its faulty steps only (§4.4.2.1), whoever its participants are.

    Then with the one consumer that it forgets in the place of the one that it names wrongly.
    """
    faulty = invalid_steps(file, None)
    if faulty.all():
        return
    by_default = default_shares(case.inputs.consumption)
    also = ", par défaut aux seuls pas non conformes" if faulty.any() else ""
    for held, text in _readings(file, case.inputs.consumers):
        shares = np.where(faulty, by_default, held.rows_of(case.inputs.consumers))
        used = Keys(shares, "mixed" if faulty.any() else "dynamic", file.path, int(faulty.sum()))
        yield from _shared_with(case, "other_keys", f"{text}{also}", case.inputs, used=used)


def _readings(file: KeyFile, consumers: Sequence[str]) -> Iterator[tuple[KeyFile, str]]:
    text = f"avec les clés du fichier {file.path}"
    yield file, text
    strangers, forgotten = set(file.consumers) - set(consumers), set(consumers) - set(file.consumers)
    if len(strangers) == len(forgotten) == 1:
        (stranger,), (prm,) = strangers, forgotten
        mended = tuple(prm if one == stranger else one for one in file.consumers)
        yield replace(file, consumers=mended), f"{text}, celles du PRM {stranger} données au {prm}"


def _default_keys(case: Case) -> Iterator[Supposition]:
    by_default = replace(case.inputs, types=[DeclaredType(case.inputs.period_start, "default")])
    yield from _shared_with(case, "default_keys", "avec les clés par défaut", by_default)


def _participants(case: Case) -> Iterator[Supposition]:
    """Each participant in turn left out; each curve of somebody else in turn counted."""
    nothing = np.zeros(case.inputs.consumption.shape[1])
    for row, prm, role in case.doubtful:
        text = f"sans compter le {french.ROLES[role]} {prm}"
        yield from _shared_with(case, "participant", text, _with_row(case.inputs, row, nothing))
    members = set(case.members)
    for (prm, series), watts in case.measured.items():
        role = ROLE_OF_MEASURE.get(series, "")
        if role and (prm, role) not in members and np.nan_to_num(watts).any():
            text = f"en comptant le {french.ROLES[role]} {prm}, hors du périmètre sur la période"
            yield from _shared_with(case, "participant", text, _with_stranger(case.inputs, prm, role, watts))


def _with_row(inputs: Inputs, row: int, watts: FloatArray) -> Inputs:
    """Return the inputs with other powers for a participant."""
    consumption, production = inputs.consumption, inputs.production
    if row < len(consumption):
        consumption = consumption.copy()
        consumption[row] = watts
    else:
        production = production.copy()
        production[row - len(consumption)] = watts
    return replace(inputs, consumption=consumption, production=production)


def _with_stranger(inputs: Inputs, prm: str, role: str, watts: FloatArray) -> Inputs:
    row = np.maximum(np.nan_to_num(watts), 0)[None, :]
    if role == "producer":
        return replace(inputs, producers=[*inputs.producers, prm], production=np.concatenate([inputs.production, row]))
    return replace(
        inputs,
        consumers=[*inputs.consumers, prm],
        perimeter=None if inputs.perimeter is None else inputs.perimeter | {prm},
        consumption=np.concatenate([inputs.consumption, row]),
        published=np.concatenate([inputs.published, np.full_like(row, np.nan)]),
    )


def _stays(case: Case) -> Iterator[Supposition]:
    """Each entry and each exit of the period at another day, then all of them ignored."""
    everybody, moves = case.inputs, 0
    start, end, minutes = case.period
    for row, (prm, role) in enumerate(case.members):
        present = case.present[row]
        if present.all() or not present.any():
            continue
        who = f"le {french.ROLES[role]} {prm}"
        first, last = int(present.argmax()), len(present) - int(present[::-1].argmax())
        for day in (start + timedelta(days=count) for count in range((end - start).days + 1)):
            morning = grid.index_of(day, start, minutes)
            if first and morning not in {first, last} and morning < last:
                text = f"en comptant {who} à partir du {french.short_day(day)}"
                yield from _with_stay(case, row, (morning, last), text, f"{who}, entrée")
            night = grid.index_of(grid.next_day(day), start, minutes)
            if last < len(present) and night != last and night > first:
                text = f"en comptant {who} jusqu'au {french.short_day(day)} inclus"
                yield from _with_stay(case, row, (first, night), text, f"{who}, sortie")
        moves += (first > 0) + (last < len(present))
        everybody = _with_row(everybody, row, _during(case, row, (0, len(present))))
    if moves > 1:
        yield from _shared_with(case, "stay", "sans tenir compte des entrées et des sorties", everybody)


def _with_stay(case: Case, row: int, stay: tuple[int, int], text: str, about: str) -> Iterator[Supposition]:
    yield from _shared_with(case, "stay", text, _with_row(case.inputs, row, _during(case, row, stay)), about=about)


def _during(case: Case, row: int, stay: tuple[int, int]) -> FloatArray:
    """Return the powers of a participant counted at the steps [first, last) only."""
    prm, role = case.members[row]
    consumers = len(case.inputs.consumers)
    own = case.inputs.consumption[row] if row < consumers else case.inputs.production[row - consumers]
    raw = case.measured.get((prm, MEASURED_SERIES[role]), own)
    steps = np.arange(len(own))
    watts = np.where(case.present[row], own, np.maximum(np.nan_to_num(raw), 0))
    return np.where((steps >= stay[0]) & (steps < stay[1]), watts, 0.0)


def _shifted_hours(case: Case) -> Iterator[Supposition]:
    """What Enedis publishes, or what it computes from, an hour early or late: always, or on one side of a change."""
    hour = 60 // case.inputs.step_minutes
    for steps, sense in ((hour, "en retard"), (-hour, "en avance")):
        for where, moment in _stretches(case):
            text = f"{sense} d'une heure{moment}"
            published = _shifted(case.arrays.shared, steps, where, fill=np.nan)
            yield Supposition("shifted_hour", f"avec des résultats {text}", published, case.used.key_type, text)
            produced = replace(case.inputs, production=_shifted(case.inputs.production, steps, where))
            yield from _shared_with(case, "shifted_hour", f"avec des productions {text}", produced)
            consumed = replace(case.inputs, consumption=_shifted(case.inputs.consumption, steps, where))
            yield from _shared_with(case, "shifted_hour", f"avec des consommations {text}", consumed)


def _stretches(case: Case) -> Iterator[tuple[slice, str]]:
    """Yield the whole period, then what is before and after each change of hour."""
    yield slice(None), ""
    labels = gaps.local_minutes(*case.period)
    for step in np.flatnonzero(np.diff(labels) != case.inputs.step_minutes) + 1:
        day = french.short_day(gaps.instant(int(step), *case.period).date())
        yield slice(None, int(step)), f" avant le changement d'heure du {day}"
        yield slice(int(step), None), f" après le changement d'heure du {day}"


def _shifted(watts: FloatArray, steps: int, where: slice, fill: float | None = None) -> FloatArray:
    """Return the rows moved by `steps` in a stretch; the ends of the period keep their values, or take `fill`."""
    moved = np.roll(watts, steps, axis=1)
    ends = slice(None, steps) if steps > 0 else slice(steps, None)
    moved[:, ends] = watts[:, ends] if fill is None else fill
    made = watts.copy()
    made[:, where] = moved[:, where]
    return made


def _week_before(case: Case) -> Iterator[Supposition]:
    """Each participant in turn estimated from J-7 (§5.2.3) wherever the published split differs from ours."""
    start, end, step = case.period
    before = curves.overlay(case.files, start - gaps.WEEK, start - gaps.DAY, step)
    for row, prm, role in case.doubtful:
        key = (prm, MEASURED_SERIES[role])
        if key not in case.measured:
            continue
        week = gaps.week_before_of(case.measured[key], before.get(key), start, end, step)
        estimated = case.differing.any(axis=0) & case.present[row] & (week >= 0)
        watts = np.where(estimated, week, _during(case, row, (0, len(week))))
        text = f"avec les puissances de la semaine précédente (J-7) pour le {french.ROLES[role]} {prm}"
        alone = _with_row(case.inputs, row, np.where(case.present[row], watts, 0.0))
        yield from _shared_with(case, "week_before", text, alone)


def _truncations(case: Case) -> Iterator[Supposition]:
    """Keys, or published powers, cut more coarsely than to the watt."""
    shares = case.used.shares
    if shares is not None:
        for digits, precision in KEY_DIGITS.items():
            # 0.29 × 100 is 28.999999999999996 in floating point.
            coarse = replace(case.used, shares=np.floor(shares * 10**digits + 1e-6) / 10**digits)
            text = f"avec des clés tronquées {precision}"
            yield from _shared_with(case, "truncation", text, case.inputs, used=coarse)
    known = case.published[np.isfinite(case.published)]
    for unit, precision in POWER_UNITS.items():
        if known.any() and not (known % unit).any():
            kept = np.clip(case.arrays.shared, case.published, case.published + unit)
            cut = case.published + case.arrays.shared - kept
            shared = np.where(np.isfinite(case.published), cut, case.arrays.shared)
            text = f"avec des résultats tronqués {precision}"
            yield Supposition("truncation", text, shared, case.used.key_type, text)
