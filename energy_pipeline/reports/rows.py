"""Rows that a report is made of, as the statements of `sql/reports/` give them, and the report's content."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal


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
    step_minutes: int

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
    """A billed consumption beside the curves; `reason`: why no curve allows to check it."""

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
    reason: str | None
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
class BillCheck:
    """A check of a billed consumption that came to a decision."""

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

    path: str
    name: str
    kind: str | None
    prm: str | None
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
    checks: tuple[BillCheck, ...]
    findings: tuple[Finding, ...]
    explanations: tuple[SplitExplanation, ...]
    files: tuple[Files, ...]
    quarantined: tuple[Quarantined, ...]

    @property
    def failed_checks(self) -> tuple[BillCheck, ...]:
        """The checks that a bill fails, or that a person is to review."""
        return tuple(row for row in self.checks if row.decision != "valid")
