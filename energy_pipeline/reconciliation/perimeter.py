"""Where Annexe 2 and the perimeter of Enedis disagree, and what the life of the perimeter makes wrong.

A change takes effect 15 working days after it is asked for at the earliest (§3.2.1.1): until then Annexe 2 and the
perimeter may differ. A leaver's share goes to the surplus (§3.2.2.1): its key in an older Annexe 2 is no fault.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

import polars as pl

from energy_pipeline import french
from energy_pipeline.metering.operations import VERSION
from energy_pipeline.periods.calendar import Period
from energy_pipeline.periods.deadlines import RULES
from energy_pipeline.periods.working_days import add_working_days, has_local_law
from energy_pipeline.reconciliation.finding import evidence
from energy_pipeline.tables import computed, schemas

FOREVER = date(9999, 12, 31)
KEYED = ("static", None)
"""Types of keys with which the shares of Annexe 2 are used; unknown: they are (§4.1)."""
NOTICE = -RULES["change_notice"].days
"""Working days between a request and its effect."""
SIDES = {"consumer": "producteur", "producer": "consommateur"}
"""The side that lacks when only this one is left."""


@dataclass(frozen=True, slots=True)
class _Stay:
    prm: str
    role: str
    start: date
    end: date
    """First day on which the stay no longer holds."""

    def overlaps(self, period: Period) -> bool:
        return self.start <= period.end and self.end > period.start


@dataclass(frozen=True, slots=True)
class _Place:
    """What the checks need to know of an operation."""

    local_law: bool = False
    key_type: str | None = None


@dataclass(slots=True)
class _Version:
    """An Annexe 2.12: the lines of each PRM by role, the key of each consumer."""

    declared_on: date
    path: str
    lines: dict[str, dict[str, int]] = field(default_factory=dict)
    shares: dict[str, Decimal] = field(default_factory=dict)
    without_prm: int = 0


def perimeter_issues(
    operations: pl.DataFrame,
    participants: pl.DataFrame,
    declared: pl.DataFrame,
    perimeter: pl.DataFrame,
    periods: pl.DataFrame,
) -> pl.DataFrame:
    """Return rows of `computed.issue` for each period, sorted.

    `operations`: marts.operation, `participants`: marts.participant of **all** operations, `declared`:
    landing.participant and `perimeter`: landing.perimeter, both with `received_at` and `path`; `periods`:
    (operation_id, period_start, period_end). Checks: `declared_not_in_perimeter`, `key_outside_perimeter`,
    `perimeter_not_declared`, `role_differs`, `prm_in_two_operations`, `one_side_left`.
    """
    stays = _stays(participants)
    versions = _versions(declared)
    latest_perimeter = dict(perimeter.group_by("operation_id").agg(pl.col("received_at").max().dt.date()).iter_rows())
    elsewhere = _shared_prms(participants)
    places = {
        operation_id: _Place(has_local_law(post_code), key_type)
        for operation_id, post_code, key_type in operations.select("operation_id", "post_code", "key_type").iter_rows()
    }
    rows: list[dict[str, object]] = []
    for operation_id, start, end in periods.select("operation_id", "period_start", "period_end").iter_rows():
        period = Period(start, end)
        held, declarations = stays[operation_id], versions[operation_id]
        found = [*_one_side_left(held, period), *_in_two_operations(elsewhere[operation_id], period)]
        if declarations and operation_id in latest_perimeter:
            place = places.get(operation_id, _Place())
            found += _absent(held, declarations, period, latest_perimeter[operation_id], place)
            found += _undeclared(held, declarations, period, place.local_law)
            found += _other_role(held, declarations, period)
        rows += [{"operation_id": operation_id, "period_start": start, "period_end": end, **issue} for issue in found]
    made = schemas.frame(computed.ISSUE, rows)
    return schemas.validate(computed.ISSUE, made.sort("operation_id", "period_start", "check_name", "prm", "role"))


def _stays(participants: pl.DataFrame) -> defaultdict[str, list[_Stay]]:
    found: defaultdict[str, list[_Stay]] = defaultdict(list)
    columns = ("operation_id", "prm", "role", "valid_from", "valid_to")
    for operation_id, prm, role, start, end in participants.sort(*columns[:4]).select(columns).iter_rows():
        found[operation_id].append(_Stay(prm, role, start, end or FOREVER))
    return found


def _versions(declared: pl.DataFrame) -> defaultdict[str, list[_Version]]:
    """Return the Annexe 2.12 of each operation, in order; of one day, the one received last."""
    by_day: defaultdict[str, dict[date, tuple[str, _Version]]] = defaultdict(dict)
    columns = ("operation_id", "declared_on", "file_id", "path", "line", "prm", "role", "share")
    rows = declared.sort(*VERSION, "line").select(columns)
    for operation_id, declared_on, file_id, path, line, prm, role, share in rows.iter_rows():
        known_id, version = by_day[operation_id].get(declared_on, ("", None))
        if version is None or known_id != file_id:
            version = _Version(declared_on, path)
            by_day[operation_id][declared_on] = (file_id, version)
        if prm is None:
            version.without_prm += 1
            continue
        version.lines.setdefault(prm, {})[role] = line
        if role == "consumer" and share:
            version.shares[prm] = share
    return defaultdict(list, {name: [version for _, version in versions.values()] for name, versions in by_day.items()})


def _shared_prms(participants: pl.DataFrame) -> defaultdict[str, list[tuple[str, date, date, str]]]:
    """Return, for each operation, (PRM, first day, end, other operation): the days that two operations share a PRM."""
    stays = participants.select(
        "operation_id", "prm", "valid_from", valid_to=pl.col("valid_to").fill_null(FOREVER)
    ).unique()
    other = stays.rename({"operation_id": "other_id", "valid_from": "other_from", "valid_to": "other_to"})
    shared = (
        stays.join(other, on="prm")
        .filter(pl.col("operation_id") != pl.col("other_id"))
        .select(
            "operation_id",
            "prm",
            pl.max_horizontal("valid_from", "other_from").alias("start"),
            pl.min_horizontal("valid_to", "other_to").alias("end"),
            "other_id",
        )
        .filter(pl.col("start") < pl.col("end"))
        .sort("operation_id", "prm", "start", "other_id")
    )
    found: defaultdict[str, list[tuple[str, date, date, str]]] = defaultdict(list)
    for operation_id, *rest in shared.iter_rows():
        prm, start, end, other_id = rest
        found[operation_id].append((prm, start, end, other_id))
    return found


def _in_two_operations(shared: Iterable[tuple[str, date, date, str]], period: Period) -> Iterator[dict[str, object]]:
    others: defaultdict[str, set[str]] = defaultdict(set)
    since: dict[str, date] = {}
    for prm, start, end, other_id in shared:
        if start <= period.end and end > period.start:
            others[prm].add(other_id)
            since[prm] = min(since.get(prm, start), start)
    for prm, operation_ids in others.items():
        names = " et ".join(sorted(operation_ids))
        yield {
            "check_name": "prm_in_two_operations",
            "prm": prm,
            "message": f"Le point de mesure {prm} participe aussi à {names} depuis le {french.short_day(since[prm])}, "
            "alors qu'il ne peut participer qu'à une opération à la fois.",
        }


def _one_side_left(stays: Iterable[_Stay], period: Period) -> Iterator[dict[str, object]]:
    """Yield the first day of the period on which only one side is left, once both had been there."""
    changes: defaultdict[date, dict[str, int]] = defaultdict(lambda: {"consumer": 0, "producer": 0})
    for stay in stays:
        changes[stay.start][stay.role] += 1
        changes[stay.end][stay.role] -= 1
    count = {"consumer": 0, "producer": 0}
    had_both = False
    moments = sorted(changes)
    for moment, until in zip(moments, [*moments[1:], FOREVER], strict=True):
        for role, change in changes[moment].items():
            count[role] += change
        left = [role for role, number in count.items() if number]
        had_both = had_both or len(left) == 2
        if had_both and len(left) == 1 and moment <= period.end and until > period.start:
            since = french.short_day(max(moment, period.start))
            yield {
                "check_name": "one_side_left",
                "message": f"Plus aucun {SIDES[left[0]]} dans l'opération au {since} : la convention peut être "
                "suspendue (article 8.6).",
            }
            return


def _absent(
    stays: Iterable[_Stay],
    versions: Sequence[_Version],
    period: Period,
    latest_perimeter: date,
    place: _Place,
) -> Iterator[dict[str, object]]:
    """Yield the PRMs that Annexe 2 declares, long enough ago, and that the perimeter does not know or no longer.

    A leaver counts only when an Annexe 2 later than its exit still names it.
    """
    version = _in_force(versions, period.start)[0]
    known_until: dict[str, date] = {}
    for stay in stays:
        known_until[stay.prm] = max(known_until.get(stay.prm, date.min), stay.end)
    for prm, lines in sorted(version.lines.items()):
        left_on = known_until.get(prm, date.min)
        if left_on > period.start or version.declared_on < left_on:
            continue
        asked_on = next(v.declared_on for v in versions if v.declared_on >= left_on and prm in v.lines)
        if add_working_days(asked_on, NOTICE, place.local_law) > min(period.start, latest_perimeter):
            continue
        state = (
            "n'est pas dans le périmètre d'Enedis"
            if left_on == date.min
            else f"en est sorti le {french.short_day(left_on)}"
        )
        share = version.shares.get(prm) if place.key_type in KEYED else None
        message = (
            f"Le point de mesure {prm}, déclaré par l'Annexe 2 du {french.short_day(version.declared_on)}, {state}"
        )
        lost = "" if share is None else f" : sa clé de {french.percent(float(share), 2)} va au surplus"
        for role, line in sorted(lines.items()):
            has_key = role == "consumer" and share is not None
            yield {
                "check_name": "key_outside_perimeter" if has_key else "declared_not_in_perimeter",
                "prm": prm,
                "role": role,
                "expected": 0.0 if has_key else None,
                "observed": float(share) if has_key and share is not None else None,
                "unit": "1" if has_key else None,
                "evidence": _evidence(version, line),
                "message": f"{message}{lost if has_key else ''}.",
            }


def _undeclared(
    stays: Iterable[_Stay], versions: Sequence[_Version], period: Period, local_law: bool
) -> Iterator[dict[str, object]]:
    """Yield the PRMs that are in the perimeter for good and that no Annexe 2 declares, up to its last notice or since.

    Participants declared by their connection request only (RACCO) stand for as many PRMs.
    """
    held = {stay.prm for stay in stays if stay.overlaps(period) and stay.end == FOREVER}
    noticed = _in_force(versions, add_working_days(period.start, -NOTICE, local_law))
    unknown = sorted(held - {prm for version in noticed for prm in version.lines})
    if len(unknown) <= noticed[-1].without_prm:
        return
    for prm in unknown:
        yield {
            "check_name": "perimeter_not_declared",
            "prm": prm,
            "evidence": _evidence(noticed[-1]),
            "message": f"Le point de mesure {prm} est dans le périmètre d'Enedis "
            f"{french.short_period(period.start, period.end)}, mais "
            f"l'Annexe 2 du {french.short_day(noticed[-1].declared_on)} ne le déclare pas.",
        }


def _other_role(stays: Iterable[_Stay], versions: Sequence[_Version], period: Period) -> Iterator[dict[str, object]]:
    """Yield the PRMs that count in a role that no Annexe 2 in force over the period gives them."""
    held: defaultdict[str, set[str]] = defaultdict(set)
    for stay in stays:
        if stay.overlaps(period):
            held[stay.prm].add(stay.role)
    declared: dict[str, tuple[set[str], _Version]] = {}
    for version in _in_force(versions, period.start):
        if version.declared_on > period.end and declared:
            break
        for prm, lines in version.lines.items():
            declared[prm] = (declared.get(prm, (set(), version))[0] | set(lines), version)
    for prm, roles in sorted(held.items()):
        if prm not in declared or declared[prm][0] & roles:
            continue
        told, version = declared[prm]
        yield {
            "check_name": "role_differs",
            "prm": prm,
            "role": min(roles),
            "evidence": _evidence(version, min(version.lines[prm].values())),
            "message": f"L'Annexe 2 du {french.short_day(version.declared_on)} déclare le point de mesure {prm} "
            f"{' et '.join(french.ROLES[role] for role in sorted(told))} ; il est compté "
            f"{' et '.join(french.ROLES[role] for role in sorted(roles))}.",
        }


def _in_force(versions: Sequence[_Version], on: date) -> Sequence[_Version]:
    """Return the version that holds on the day and the later ones; the first one also holds before its date."""
    rank = max((rank for rank, version in enumerate(versions) if version.declared_on <= on), default=0)
    return versions[rank:]


def _evidence(version: _Version, line: int | None = None) -> str:
    proof: dict[str, object] = {"file": version.path} if line is None else {"file": version.path, "line": line}
    return evidence(proof)
