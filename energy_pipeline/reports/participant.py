"""A participant's own page: what concerns its point and nothing of the others (convention, article 5.2.2)."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Protocol, TypeVar

from energy_pipeline.reports.page import fill
from energy_pipeline.reports.rows import (
    Bill,
    Consumer,
    ConsumerPast,
    Period,
    Producer,
    ProducerPast,
    ReportContent,
    Slot,
)
from energy_pipeline.tables.columns import PRM_PATTERN


class _OfAPoint(Protocol):
    @property
    def prm(self) -> str | None: ...


_PRM = re.compile(PRM_PATTERN.strip("^$"))
OF_ANOTHER = "Il manque, à ces dates, des données d'un autre point de l'opération."
Row = TypeVar("Row", bound=_OfAPoint)


@dataclass(frozen=True)
class Participant:
    """All that the page of one point is made of: rows of that point alone."""

    prm: str
    name: str | None
    operation_name: str
    operation_id: str
    period: Period
    consumer: Consumer | None
    slots: tuple[Slot, ...]
    consumed: tuple[ConsumerPast, ...]
    producer: Producer | None
    produced: tuple[ProducerPast, ...]
    bills: tuple[Bill, ...]


def of_report(content: ReportContent) -> tuple[Participant, ...]:
    """Return the participants of the period, consumers then producers; a point of both roles is one participant."""
    prms = dict.fromkeys([*(row.prm for row in content.consumers), *(row.prm for row in content.producers)])
    return tuple(_participant(content, prm) for prm in prms)


def _participant(content: ReportContent, prm: str) -> Participant:
    if not re.fullmatch(PRM_PATTERN, prm):
        raise ValueError(f"{prm!r} is no PRM: no page is named after it")
    own = _only(prm)
    consumer, producer = next(iter(own(content.consumers)), None), next(iter(own(content.producers)), None)
    named = consumer or producer
    return Participant(
        prm,
        named.name if named else None,
        content.operation.name,
        content.operation.operation_id,
        content.period,
        consumer,
        own(content.slots),
        own(content.consumed),
        producer,
        own(content.produced),
        tuple(_without_others(bill) for bill in own(content.bills)),
    )


def _without_others(bill: Bill) -> Bill:
    """Return the bill; a reason that names another point, or the file of its curve, says only that there is one."""
    others = set(_PRM.findall(bill.reason or "")) - {bill.prm}
    return replace(bill, reason=OF_ANOTHER) if others else bill


def _only(prm: str) -> Callable[[Iterable[Row]], tuple[Row, ...]]:
    def own(rows: Iterable[Row]) -> tuple[Row, ...]:
        return tuple(row for row in rows if row.prm == prm)

    return own


def render(participant: Participant) -> str:
    """Return the participant's page: self-contained HTML in French."""
    return fill("participant.html.j2", own=participant, period=participant.period)
