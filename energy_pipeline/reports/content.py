"""What a report says: the published marts of one operation and period, read once, nothing recomputed."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, fields
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import TypeVar

import duckdb

from energy_pipeline import warehouse
from energy_pipeline.settings import SQL

Publication = Path | duckdb.DuckDBPyConnection
Row = TypeVar("Row")
Checked = TypeVar("Checked", "BillDecision", "FailedCheck")


@dataclass(frozen=True)
class Operation:
    """An operation as declared; `name` falls back to its number."""

    operation_id: str
    name: str
    organiser: str | None = None
    commune: str | None = None
    post_code: str | None = None
    anniversary_day: int | None = None


@dataclass(frozen=True)
class Period:
    """Indicators of a period: energies in kWh, rates as fractions, recomputed and published."""

    period_start: date
    period_end: date
    month: date
    key_type: str | None
    key_type_used: str | None
    key_source: str | None
    default_steps: int | None
    steps_expected: int
    steps_estimated: int
    steps_missing: int
    consumption_kwh: float | None
    published_consumption_kwh: float | None
    production_kwh: float | None
    published_production_kwh: float | None
    self_consumption_kwh: float | None
    published_self_consumption_kwh: float | None
    complement_kwh: float | None
    published_complement_kwh: float | None
    surplus_kwh: float | None
    published_surplus_kwh: float | None
    self_consumption_rate: float | None
    published_self_consumption_rate: float | None
    self_production_rate: float | None
    published_self_production_rate: float | None
    coverage_rate: float | None
    published_coverage_rate: float | None
    published_source: str | None


@dataclass(frozen=True)
class Consumer:
    """A consumer's energies over the period; `left_on` is the first day on which it no longer counts.

    `name` is the site's in the supplier's list, else the holder's; `holder` is the holder's where it differs.
    """

    prm: str
    name: str | None
    holder: str | None
    joined_on: date | None
    left_on: date | None
    consumption_kwh: float | None
    published_consumption_kwh: float | None
    self_consumption_kwh: float | None
    published_self_consumption_kwh: float | None
    complement_kwh: float | None
    published_complement_kwh: float | None
    self_production_rate: float | None
    saving_eur: Decimal | None
    published_source: str | None


@dataclass(frozen=True)
class Named:
    """The name of a point of the operation, past participants included."""

    prm: str
    name: str


@dataclass(frozen=True)
class Slot:
    """A consumer's energies in one slot of its supplier's calendar."""

    prm: str
    slot: str
    slot_source: str
    consumption_kwh: float | None
    published_consumption_kwh: float | None
    self_consumption_kwh: float | None
    published_self_consumption_kwh: float | None
    complement_kwh: float | None
    published_complement_kwh: float | None
    published_source: str | None


@dataclass(frozen=True)
class Producer:
    """A producer's energies over the period; names as those of a consumer."""

    prm: str
    name: str | None
    holder: str | None
    power_kw: float | None
    joined_on: date | None
    left_on: date | None
    production_kwh: float | None
    published_production_kwh: float | None
    self_produced_kwh: float | None
    published_self_produced_kwh: float | None
    surplus_kwh: float | None
    published_surplus_kwh: float | None
    self_consumption_rate: float | None
    published_source: str | None


@dataclass(frozen=True)
class ConsumerPast:
    """A period of a consumer's present stay."""

    prm: str
    period_start: date
    period_end: date
    consumption_kwh: float | None
    published_consumption_kwh: float | None
    self_consumption_kwh: float | None
    published_self_consumption_kwh: float | None
    complement_kwh: float | None
    published_complement_kwh: float | None
    saving_eur: Decimal | None


@dataclass(frozen=True)
class ProducerPast:
    """A period of a producer's present stay."""

    prm: str
    period_start: date
    period_end: date
    production_kwh: float | None
    published_production_kwh: float | None
    self_produced_kwh: float | None
    published_self_produced_kwh: float | None
    surplus_kwh: float | None
    published_surplus_kwh: float | None
    revenue_eur: Decimal | None


@dataclass(frozen=True)
class Day:
    """Energies of a civil day, kWh."""

    day: date
    consumption_kwh: float | None
    production_kwh: float | None
    shared_kwh: float | None
    surplus_kwh: float | None
    published_shared_kwh: float | None
    published_surplus_kwh: float | None


@dataclass(frozen=True)
class Hour:
    """Mean power at an hour of the civil day, kW."""

    hour: int
    consumption_kw: float | None
    production_kw: float | None
    shared_kw: float | None
    surplus_kw: float | None
    published_shared_kw: float | None
    published_surplus_kw: float | None


@dataclass(frozen=True)
class HourOfDay:
    """Mean power at an hour of a civil day, kW."""

    day: date
    hour: int
    consumption_kw: float | None
    shared_kw: float | None
    published_shared_kw: float | None


@dataclass(frozen=True)
class Exchange:
    """What a producer gave to a consumer, kWh."""

    producer_prm: str
    consumer_prm: str
    energy_kwh: float | None
    published_energy_kwh: float | None


@dataclass(frozen=True)
class Steps:
    """Quality of a participant's curve: numbers of steps."""

    prm: str
    role: str
    steps: int
    estimated: int
    missing: int
    suspect: int

    @property
    def has_fault(self) -> bool:
        """Whether a step of the curve is not measured."""
        return self.estimated + self.missing + self.suspect > 0


@dataclass(frozen=True)
class Key:
    """A declared share, as a fraction; of dynamic keys, the mean over the period."""

    consumer_prm: str
    producer_prm: str | None
    key_type: str
    valid_from: date
    valid_to: date | None
    share: float
    source_file: str


@dataclass(frozen=True)
class Bill:
    """A billed consumption beside the curves."""

    supplier: str
    invoice_number: str
    detail_id: str
    prm: str | None
    site_name: str | None
    period_start: date | None
    period_end: date | None
    reading: str | None
    billed_kwh: float | None
    consumption_kwh: float | None
    self_consumption_kwh: float | None
    complement_kwh: float | None
    expected_kwh: float | None
    verdict: str
    amount_eur: Decimal | None


@dataclass(frozen=True)
class BillDecision:
    """Number of checks of a billed consumption that came to a decision."""

    supplier: str
    invoice_number: str
    detail_id: str
    prm: str | None
    decision: str
    checks: int


@dataclass(frozen=True)
class FailedCheck:
    """A check that a billed consumption fails, or that a person is to review."""

    supplier: str
    invoice_number: str
    detail_id: str
    prm: str | None
    check_name: str
    decision: str
    invoiced: float | None
    expected: float | None
    unit: str | None
    amount_eur: Decimal | None
    method: str | None
    source: str


@dataclass(frozen=True)
class SplitExplanation:
    """A hypothesis on what Enedis did otherwise: kWh to explain, kWh that it leaves unexplained."""

    rank: int
    description: str
    residual_kwh: float
    difference_kwh: float


@dataclass(frozen=True)
class Finding:
    """What does not agree. Euros are positive when owed to us."""

    finding_id: str
    check_name: str
    severity: str
    party: str
    prm: str | None
    role: str | None
    supplier: str | None
    invoice_number: str | None
    detail_id: str | None
    period_start: date | None
    period_end: date | None
    expected: float | None
    observed: float | None
    unit: str | None
    amount_eur: Decimal | None
    amount_ttc_eur: Decimal | None
    evidence: str | None
    message: str


@dataclass(frozen=True)
class Files:
    """Numbers of files received, by kind."""

    kind: str | None
    loaded: int
    superseded: int
    duplicate: int
    quarantined: int


@dataclass(frozen=True)
class Quarantined:
    """A refused file and its reason."""

    name: str
    reason: str | None
    reason_line: int | None
    reason_column: str | None
    reason_value: str | None


@dataclass(frozen=True)
class ReportContent:
    """All that the page and the workbook of one operation and period are made of."""

    operation: Operation
    period: Period
    previous: Period | None
    year_before: Period | None
    names: tuple[Named, ...]
    consumers: tuple[Consumer, ...]
    slots: tuple[Slot, ...]
    producers: tuple[Producer, ...]
    consumed: tuple[ConsumerPast, ...]
    produced: tuple[ProducerPast, ...]
    days: tuple[Day, ...]
    hours: tuple[Hour, ...]
    heat: tuple[HourOfDay, ...]
    exchanges: tuple[Exchange, ...]
    steps: tuple[Steps, ...]
    keys: tuple[Key, ...]
    bills: tuple[Bill, ...]
    decisions: tuple[BillDecision, ...]
    failed_checks: tuple[FailedCheck, ...]
    findings: tuple[Finding, ...]
    explanations: tuple[SplitExplanation, ...]
    files: tuple[Files, ...]
    quarantined: tuple[Quarantined, ...]


@cache
def statement(name: str) -> str:
    """Return the text of `sql/reports/<name>.sql`."""
    return (SQL / "reports" / f"{name}.sql").read_text(encoding="utf-8")


@contextmanager
def connect(publication: Publication) -> Iterator[duckdb.DuckDBPyConnection]:
    """Give a read-only connection that knows which report shows each finding.

    A connection passed in is used as it is, and stays open.
    """
    with ExitStack() as stack:
        if isinstance(publication, duckdb.DuckDBPyConnection):
            con = publication
        else:
            con = stack.enter_context(warehouse.connect(publication, read_only=True))
        con.execute("SET TimeZone = 'Europe/Paris'")
        con.execute(statement("finding_by_report"))
        yield con


def select(con: duckdb.DuckDBPyConnection, name: str, row: type[Row], **parameters: object) -> tuple[Row, ...]:
    """Return the rows of `sql/reports/<name>.sql` as `row`s; a column that `row` does not name is left out."""
    query = statement(name)
    bound = {key: value for key, value in parameters.items() if f"${key}" in query}
    frame = con.sql(query, params=bound).pl()
    names = [field.name for field in fields(row)]  # type: ignore[arg-type]
    return tuple(row(**values) for values in frame.select(names).iter_rows(named=True))


def read(publication: Publication, operation_id: str, period_start: date) -> ReportContent:
    """Return the content of the report of `operation_id` for the period that starts on `period_start`.

    `publication`: the published DuckDB file, or an open connection to it. LookupError if there is no such period.
    """
    with connect(publication) as con:
        key = {"operation_id": operation_id, "period_start": period_start}
        found = select(con, "period", Period, **key)
        if not found:
            raise LookupError(f"{operation_id}: no period starts on {period_start}")
        period = found[0]
        bounds = {**key, "period_end": period.period_end, "month": period.month}
        declared = select(con, "operation", Operation, **key)
        bills = select(con, "bills", Bill, **bounds)
        return ReportContent(
            operation=declared[0] if declared else Operation(operation_id, operation_id),
            period=period,
            previous=next(iter(select(con, "previous_period", Period, **key)), None),
            year_before=next(iter(select(con, "year_before", Period, **bounds)), None),
            names=select(con, "names", Named, **key),
            consumers=select(con, "consumers", Consumer, **bounds),
            slots=select(con, "consumer_slots", Slot, **key),
            producers=select(con, "producers", Producer, **bounds),
            consumed=select(con, "consumer_history", ConsumerPast, **bounds),
            produced=select(con, "producer_history", ProducerPast, **bounds),
            days=select(con, "daily", Day, **key),
            hours=select(con, "hourly", Hour, **key),
            heat=select(con, "heat", HourOfDay, **key),
            exchanges=select(con, "exchanges", Exchange, **key),
            steps=select(con, "steps", Steps, **key),
            keys=select(con, "keys", Key, **bounds),
            bills=bills,
            decisions=_of_bills(select(con, "bill_checks", BillDecision, **bounds), bills),
            failed_checks=_of_bills(select(con, "failed_bill_checks", FailedCheck, **bounds), bills),
            findings=select(con, "findings", Finding, **key),
            explanations=select(con, "split_explanations", SplitExplanation, **key),
            files=select(con, "files", Files, **bounds),
            quarantined=select(con, "quarantined_files", Quarantined, **bounds),
        )


def _of_bills(rows: tuple[Checked, ...], bills: tuple[Bill, ...]) -> tuple[Checked, ...]:
    """Return the checks of the bills that this report shows: a month of two periods has two reports."""
    shown = {(bill.supplier, bill.invoice_number, bill.detail_id, bill.prm) for bill in bills}
    return tuple(row for row in rows if (row.supplier, row.invoice_number, row.detail_id, row.prm) in shown)
