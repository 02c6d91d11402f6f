"""What an explanation is made of."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

Value = float | int | Decimal | str | date | None


class TracingError(Exception):
    """Nothing is found under that name; the message, in French, suggests the nearest ones."""


@dataclass(frozen=True)
class Fact:
    """A value, its name in French and its unit."""

    label: str
    value: Value
    unit: str = ""


@dataclass(frozen=True)
class Rule:
    """The rule that the value obeys, and where it is written; in French."""

    text: str
    source: str


@dataclass(frozen=True)
class SourceFile:
    """A file, the place in it and the value that stands there. `use`: input | published | proof | price."""

    use: str
    path: str
    kind: str | None
    status: str | None
    received_at: datetime | None
    place: str
    said: str


@dataclass(frozen=True)
class Key:
    """A distribution key that held during the period, and the file that declares it."""

    consumer_prm: str
    producer_prm: str | None
    key_type: str
    share: Decimal
    valid_from: date
    valid_to: date | None
    source_file: str


@dataclass(frozen=True)
class Part:
    """A value that the explained one is made of."""

    label: str
    name: str | None
    value: float | None
    unit: str


@dataclass(frozen=True)
class Related:
    """A finding about the same thing."""

    finding_id: str
    title: str
    message: str


@dataclass(frozen=True)
class Explanation:
    """A finding or a figure, with all that it rests on."""

    subject: str
    title: str
    statement: str
    rule: Rule
    facts: tuple[Fact, ...] = ()
    action: str | None = None
    keys: tuple[Key, ...] = ()
    parts: tuple[Part, ...] = ()
    files: tuple[SourceFile, ...] = ()
    findings: tuple[Related, ...] = ()
