"""`marts.deadline`: what the convention makes due for each period, and whether a file received shows it done."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import polars as pl

from energy_pipeline.follow_up.known_periods import timelines
from energy_pipeline.metering.periods import READ
from energy_pipeline.periods.calendar import Period
from energy_pipeline.periods.deadlines import Deadline, after_event, of_period
from energy_pipeline.tables import marts, schemas

PERIODS_AHEAD = 12
"""Periods to come that have deadlines: a year, for a calendar that one subscribes to."""
COMPUTED_SERIES = ("self_consumption", "complement", "surplus", "self_produced")


@dataclass(frozen=True, slots=True)
class _Proof:
    """A period that files cover, and the day on which the first of them was received."""

    period: Period
    received_on: date


def deadlines(operations: pl.DataFrame, declared: pl.DataFrame, files: pl.DataFrame) -> pl.DataFrame:
    """Return `marts.deadline`, sorted: for each known period, each hole, and the PERIODS_AHEAD that follow.

    `operations`: marts.operation, `declared`: landing.participant, `files`: landing.file. `done` for the results: a
    computed curve, energy, detail or synthesis of the period was received; NULL for an operation that never received
    any. For dynamic keys: an Annexe 5 of the period is there; NULL for full dynamic ones, which go by API only. An
    inbox cannot tell whether a change was asked for or answered: NULL. Each Annexe 2 after the first is a request.
    """
    results = _proofs(files, _is_result())
    keys = _proofs(files, pl.col("kind") == "dynamic_keys")
    lines = timelines(operations, files, PERIODS_AHEAD)
    requests = _requests(declared)
    rows: list[dict[str, object]] = []
    for operation_id, key_type, post_code in operations.select("operation_id", "key_type", "post_code").iter_rows():
        line = lines[operation_id]
        found = [deadline for period in line.known + line.ahead for deadline in of_period(period, key_type, post_code)]
        answers = (after_event("change_answer", day, post_code) for day in requests[operation_id])
        found += {answer.due_on: answer for answer in answers}.values()
        sent, published = keys[operation_id], results[operation_id]
        for deadline in found:
            match deadline.kind:
                case "results":
                    done = _done(deadline, published, is_told=bool(published))
                case "dynamic_keys":
                    done = _done(deadline, sent, is_told=key_type == "dynamic")
                case _:
                    done = (None, None)
            rows.append(_row(operation_id, deadline, *done))
    return schemas.validate(
        marts.DEADLINE, schemas.frame(marts.DEADLINE, rows).sort("operation_id", "due_on", "kind", "period_start")
    )


def _is_result() -> pl.Expr:
    return pl.col("kind").is_in(["synthesis", "exchange"]) | (
        pl.col("kind").is_in(["curve", "energy"]) & pl.col("series").is_in(COMPUTED_SERIES)
    )


def _proofs(files: pl.DataFrame, which: pl.Expr) -> defaultdict[str, list[_Proof]]:
    """Return the periods that the files read of each operation cover."""
    keys = ["operation_id", "period_start", "period_end"]
    rows = (
        files.filter(pl.col("status").is_in(READ) & which)
        .drop_nulls(keys)
        .group_by(keys)
        .agg(pl.col("received_at").min().dt.date())
        .sort(keys)
    )
    found: defaultdict[str, list[_Proof]] = defaultdict(list)
    for operation_id, start, end, received_on in rows.iter_rows():
        found[operation_id].append(_Proof(Period(start, end), received_on))
    return found


def _requests(declared: pl.DataFrame) -> defaultdict[str, list[date]]:
    """Return the days of the Annexe 2 of each operation, the first one left out: it opens the operation."""
    days = (
        declared.select("operation_id", "declared_on")
        .unique()
        .filter(pl.col("declared_on") > pl.col("declared_on").min().over("operation_id"))
        .sort("operation_id", "declared_on")
    )
    found: defaultdict[str, list[date]] = defaultdict(list)
    for operation_id, day in days.iter_rows():
        found[operation_id].append(day)
    return found


def _done(deadline: Deadline, proofs: Sequence[_Proof], is_told: bool) -> tuple[bool | None, date | None]:
    """Return whether a file covers most of the deadline's period, and since when; NULL when files cannot tell."""
    period = deadline.period
    days = [
        proof.received_on
        for proof in proofs
        if period is not None and 2 * _common_days(period, proof.period) > period.days
    ]
    if days:
        return True, min(days)
    return (False if is_told else None), None


def _common_days(first: Period, second: Period) -> int:
    return (min(first.end, second.end) - max(first.start, second.start)).days + 1


def _row(operation_id: str, deadline: Deadline, done: bool | None, done_on: date | None) -> dict[str, object]:
    period = deadline.period
    return {
        "operation_id": operation_id,
        "kind": deadline.kind,
        "party": deadline.party,
        "due_on": deadline.due_on,
        "period_start": period.start if period else None,
        "period_end": period.end if period else None,
        "title": deadline.title,
        "description": deadline.description,
        "article": deadline.article,
        "done": done,
        "done_on": done_on,
    }
