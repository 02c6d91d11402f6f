"""Authorisations of the participants (§5.1.4, Annexe 4): the register, who lacks one, what is to be destroyed."""

import json
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import polars as pl

from energy_pipeline.tables import computed, marts, schemas

RETENTION = "5y"
"""Data acquired under an authorisation are destroyed five years after it ends (Annexe 4, §11.4.1)."""
FOREVER = date(9999, 12, 31)
_IDENTITY = ["operation_id", "prm", "role", "signed_on"]


@dataclass(frozen=True, slots=True)
class _Consent:
    """An authorisation; `end` is the first day on which it no longer holds."""

    role: str | None
    holder: str | None
    signed_on: date
    end: date
    is_withdrawn: bool
    retention_until: date | None
    path: str
    line: int


@dataclass(frozen=True, slots=True)
class _Stay:
    role: str
    start: date
    end: date


def consents(landed: pl.DataFrame) -> pl.DataFrame:
    """Return `marts.consent`; of an authorisation that several registers tell, the one received last.

    `landed`: landing.consent with `received_at` and `path`. An authorisation ends with its last day of validity or its
    withdrawal, whichever comes first; without either, it holds as long as the convention (Annexe 4).
    """
    ended_on = pl.min_horizontal(pl.col("expires_on") + timedelta(days=1), "withdrawn_on")
    rows = (
        landed.sort("received_at", "file_id", "line")
        .unique(_IDENTITY, keep="last", maintain_order=True)
        .with_columns(ended_on=ended_on, retention_until=ended_on.dt.offset_by(RETENTION))
        .sort("prm", "signed_on", "operation_id", "role", nulls_last=True)
    )
    return schemas.validate(marts.CONSENT, rows.select(marts.CONSENT.column_names))


def consent_issues(register: pl.DataFrame, participants: pl.DataFrame, periods: pl.DataFrame) -> pl.DataFrame:
    """Return rows of `computed.issue`, at most one per point and period, and one per authorisation long ended.

    `register`: marts.consent; `participants`: marts.participant of the operations, whole; `periods`: (operation_id,
    period_start, period_end). Checks: `consent_missing`, `consent_expired`, `consent_withdrawn`,
    `consent_retention_over`. An operation of which the register names no point keeps it elsewhere: it has none.
    """
    given: dict[str | None, dict[str, list[_Consent]]] = defaultdict(lambda: defaultdict(list))
    for row in register.iter_rows(named=True):
        end = row["ended_on"]
        is_withdrawn = row["withdrawn_on"] is not None and row["withdrawn_on"] == end
        given[row["operation_id"]][row["prm"]].append(
            _Consent(row["role"], row["holder"], row["signed_on"], end or FOREVER, is_withdrawn,
                     row["retention_until"], row["path"], row["line"])
        )  # fmt: skip
    stays: dict[str, dict[str, list[_Stay]]] = defaultdict(lambda: defaultdict(list))
    columns = ("operation_id", "prm", "role", "valid_from", "valid_to")
    for operation_id, prm, role, start, end in participants.sort(*columns[:4]).select(columns).iter_rows():
        stays[operation_id][prm].append(_Stay(role, start, end or FOREVER))
    rows: list[dict[str, object]] = []
    for operation_id, start, end in periods.select("operation_id", "period_start", "period_end").iter_rows():
        points = {
            prm: sorted([*given[operation_id][prm], *given[None][prm]], key=lambda consent: consent.signed_on)
            for prm in stays[operation_id]
        }
        if not any(points.values()):
            continue
        for prm, known in sorted(points.items()):
            found = [*_lacking(prm, known, stays[operation_id][prm], start, end), *_over(prm, known, end)]
            rows += [{"operation_id": operation_id, "period_start": start, "period_end": end, "prm": prm, **issue}
                     for issue in found]  # fmt: skip
    made = schemas.frame(computed.ISSUE, rows)
    return schemas.validate(computed.ISSUE, made.sort("operation_id", "period_start", "prm", "check_name"))


def _lacking(
    prm: str, known: Sequence[_Consent], stays: Sequence[_Stay], start: date, end: date
) -> Iterator[dict[str, object]]:
    """Yield the first day of the period on which the point takes part without an authorisation that holds."""
    for stay in stays:
        held = [consent for consent in known if consent.role in {None, stay.role}]
        day = _first_uncovered(held, max(start, stay.start), min(end + timedelta(days=1), stay.end))
        if day is None:
            continue
        ended = [consent for consent in held if consent.end <= day]
        since = f"{max(day, start):%d/%m/%Y}"
        if not ended:
            yield {
                "check_name": "consent_missing",
                "message": f"Le registre ne donne aucune autorisation de {prm} valable au {since}, alors que ce point "
                "de mesure participe à l'opération.",
            }
            return
        last = max(ended, key=lambda consent: (consent.end, consent.signed_on))
        word = "retirée" if last.is_withdrawn else "expirée"
        yield {
            "check_name": "consent_withdrawn" if last.is_withdrawn else "consent_expired",
            "evidence": _evidence(last),
            "message": f"L'autorisation de {_who(prm, last)} est {word} depuis le {last.end:%d/%m/%Y}, et ce point de "
            f"mesure participe encore à l'opération au {since}.",
        }
        return


def _first_uncovered(consents_: Sequence[_Consent], first: date, end: date) -> date | None:
    """Return the first day of [first, end) on which none holds; `consents_` in order of signature."""
    day = first
    for consent in consents_:
        if consent.signed_on <= day < consent.end:
            day = consent.end
    return day if day < end else None


def _over(prm: str, known: Sequence[_Consent], end: date) -> Iterator[dict[str, object]]:
    """Yield the authorisations whose data should have been destroyed by the end of the period."""
    for consent in known:
        if consent.retention_until is None or consent.retention_until > end:
            continue
        yield {
            "check_name": "consent_retention_over",
            "role": consent.role,
            "evidence": _evidence(consent),
            "message": f"L'autorisation de {_who(prm, consent)} a pris fin le {consent.end:%d/%m/%Y} : les données "
            f"acquises sous elle sont à détruire depuis le {consent.retention_until:%d/%m/%Y}.",
        }


def _who(prm: str, consent: _Consent) -> str:
    return f"{prm} ({consent.holder})" if consent.holder else prm


def _evidence(consent: _Consent) -> str:
    return json.dumps([{"file": consent.path, "line": consent.line}], ensure_ascii=False)
