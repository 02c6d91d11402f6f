"""What the fictitious world is made of."""

from dataclasses import dataclass, field, fields
from datetime import date


@dataclass(frozen=True)
class Site:
    """A point of consumption and its supply contract."""

    prm: str
    name: str
    profile: str
    holder: str
    siret: str
    address: str
    email: str
    is_public: bool
    """Billed by the supplier of the organiser; the others have another supplier, whose bills nobody sends."""
    segment: str
    calendar: str
    off_peak: tuple[tuple[int, int], ...]
    tariff: str
    kva: int
    annual_kwh: float
    valid_from: date
    valid_to: date | None = None
    """First day on which it is no longer a participant."""


@dataclass(frozen=True)
class Plant:
    """A solar plant."""

    prm: str
    name: str
    holder: str
    siret: str
    address: str
    email: str
    peak_kw: float
    azimuth: int
    """Degrees from the north, clockwise."""
    behind: int | None = None
    """Index of the consumer behind whose meter it stands: only what that site does not use is injected."""


@dataclass(frozen=True)
class Boiler:
    """A point of gas: its PCE, tariff of distribution and energy of a year."""

    pce: str
    name: str
    tariff: str
    annual_kwh: int


@dataclass(frozen=True)
class Keys:
    """A version of the static keys: hundredths of a percent per consumer."""

    declared_on: date
    hundredths: tuple[int, ...]


@dataclass(frozen=True)
class Faults:
    """Errors sown in an operation: months and consumers by index; None where there is none."""

    broken_curve: tuple[int, int] | None = None
    gap: tuple[int, int] | None = None
    old_keys: int | None = None
    energy: tuple[int, int] | None = None
    synthesis: int | None = None
    excessive_keys: int | None = None
    not_deducted: tuple[tuple[int, int], ...] = ()
    over_billed: tuple[int, int] | None = None
    total_mismatch: tuple[int, int] | None = None
    estimated: tuple[int, int] | None = None
    credited: tuple[int, int] | None = None
    unknown_site: int | None = None


@dataclass(frozen=True)
class Operation:
    """A collective self-consumption operation."""

    index: int
    operation_id: str
    name: str
    organiser: str
    siret: str
    commune: str
    post_code: str
    domain: str
    key_type: str
    anniversary_day: int
    start_date: date
    consumers: tuple[Site, ...]
    producers: tuple[Plant, ...]
    others: tuple[Site, ...] = ()
    """Buildings of the organiser that take no part."""
    keys: tuple[Keys, ...] = ()
    faults: Faults = field(default_factory=Faults)


@dataclass(frozen=True)
class Anomaly:
    """A finding that the pipeline must produce."""

    check_name: str
    operation_id: str = ""
    prm: str = ""
    period_start: date | None = None
    period_end: date | None = None
    supplier: str = ""
    invoice_number: str = ""
    path: str = ""
    amount_eur: str = ""
    amount_ttc_eur: str = ""
    description: str = ""


def anomalies_csv(anomalies: list[Anomaly]) -> bytes:
    """Return the list as `;`-separated UTF-8, in the order given."""
    names = [column.name for column in fields(Anomaly)]
    rows = [";".join(str(getattr(row, name) if getattr(row, name) is not None else "") for name in names)
            for row in anomalies]  # fmt: skip
    return ("\n".join([";".join(names), *rows]) + "\n").encode()
