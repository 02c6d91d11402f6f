"""All operations at once, for the head of the index: where each stands, what to claim from whom, what falls due."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import duckdb

from energy_pipeline.reports import content


@dataclass(frozen=True)
class Standing:
    """An operation at its last published period: its files (None: not known), euros to claim in all (None: nothing)."""

    operation_id: str
    period_start: date
    expected: int | None
    received: int | None
    missing: int | None
    quarantined: int | None
    claimed_eur: Decimal | None
    unquantified: int


@dataclass(frozen=True)
class Owed:
    """What is to be claimed from a party; `ttc_eur` is None where a part of it has no amount with VAT."""

    party: str
    supplier: str | None
    amount_eur: Decimal
    ttc_eur: Decimal | None
    findings: int
    unquantified: int
    to_review_eur: Decimal


@dataclass(frozen=True)
class Due:
    """A deadline of the convention."""

    operation_id: str
    name: str | None
    party: str
    due_on: date
    title: str
    description: str
    article: str


@dataclass(frozen=True)
class Unverified:
    """Bills of a month that no curve allows to check, for one reason; `operation_id` is None for points of none."""

    month: date
    operation_id: str | None
    reason: str | None
    bills: int
    invoice_numbers: list[str]


@dataclass(frozen=True)
class Refused:
    """Number of files that stay refused."""

    files: int


@dataclass(frozen=True)
class Portfolio:
    """What the head of the index is made of."""

    standings: tuple[Standing, ...]
    owed: tuple[Owed, ...]
    deadlines: tuple[Due, ...]
    unverified: tuple[Unverified, ...]
    refused_files: int

    @property
    def claimed_eur(self) -> Decimal:
        """Euros to claim from all, excluding VAT."""
        return sum((row.amount_eur for row in self.owed), Decimal(0))

    @property
    def unverified_within(self) -> tuple[Unverified, ...]:
        """Those of points of an operation: a curve lacks."""
        return tuple(row for row in self.unverified if row.operation_id)

    @property
    def unverified_outside(self) -> tuple[Unverified, ...]:
        """Those of points of none: there is no curve to compare them with."""
        return tuple(row for row in self.unverified if not row.operation_id)

    @property
    def unverified_bills(self) -> int:
        """Number of bills of points of an operation that no curve allows to check, all periods."""
        return sum(row.bills for row in self.unverified_within)

    @property
    def lacking(self) -> int:
        """Files that are missing or refused, over the last period of each operation."""
        return sum((row.missing or 0) + (row.quarantined or 0) for row in self.standings)


@dataclass(frozen=True)
class IndexRow:
    """Headline figures of a period, for the index."""

    operation_id: str
    name: str | None
    month: date
    period_start: date
    period_end: date
    production_kwh: float | None
    published_production_kwh: float | None
    self_consumption_kwh: float | None
    published_self_consumption_kwh: float | None
    self_consumption_rate: float | None
    published_self_consumption_rate: float | None
    self_production_rate: float | None
    published_self_production_rate: float | None
    steps_missing: int
    amount_eur: Decimal | None
    errors: int
    findings: int


@dataclass(frozen=True)
class OtherFinding:
    """A finding that no report shows; `operation_id` is None for one of no operation."""

    month: date | None
    operation_id: str | None
    check_name: str
    severity: str
    party: str
    supplier: str | None
    amount_eur: Decimal | None
    amount_ttc_eur: Decimal | None
    message: str


@dataclass(frozen=True)
class IndexEntry:
    """A report that exists, and its folder below the index."""

    row: IndexRow
    folder: str


@dataclass(frozen=True)
class IndexMonth:
    """A month of the index."""

    month: date | None
    entries: tuple[IndexEntry, ...]
    others: tuple[OtherFinding, ...]

    @property
    def outside(self) -> list[OtherFinding]:
        """Those of no operation."""
        return [finding for finding in self.others if finding.operation_id is None]

    @property
    def unreported(self) -> list[OtherFinding]:
        """Those of an operation of which no period ends in the month."""
        return [finding for finding in self.others if finding.operation_id is not None]


def read(con: duckdb.DuckDBPyConnection) -> Portfolio:
    """Return the portfolio of a publication opened by `content.connect`; it knows no clock."""
    return Portfolio(
        content.select(con, "portfolio", Standing),
        content.select(con, "claims_by_party", Owed),
        content.select(con, "next_deadlines", Due),
        content.select(con, "unverified_bills", Unverified),
        content.select(con, "refused_files", Refused)[0].files,
    )
