"""What is to be claimed, as the publication says it: findings, proofs, and who writes the letter."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb

from energy_pipeline import warehouse
from energy_pipeline.reconciliation.finding import catalogue

METERED = ("self_consumption_not_deducted", "over_billed")
"""Checks whose expected and observed values are the energies of a bill."""
BY_CURVES = (*METERED, "wrong_slot_split")
"""Checks that rest on what Enedis published."""


@dataclass(frozen=True)
class Selection:
    """What to claim: NULL is everything. `first` and `last` are first days of months."""

    operations: tuple[str, ...] | None = None
    supplier: str | None = None
    party: str | None = None
    first: date | None = None
    last: date | None = None

    def parameters(self, *names: str) -> dict[str, object]:
        """Return the parameters of a statement of `sql/claims/`: the operations, the months, and those of `names`."""
        known = {name: getattr(self, name) for name in ("first", "last", *names)}
        return {"operations": list(self.operations) if self.operations else None, **known}

    def chooses(self, one: Any) -> bool:
        """Whether it chooses a claim, or what was noted of one, as the statements do."""
        return (
            (not self.operations or one.operation_id in self.operations)
            and self.supplier in (None, one.supplier)
            and self.party in (None, one.party)
            and (self.first is None or (one.month is not None and self.first <= one.month <= (self.last or self.first)))
        )


@dataclass(frozen=True)
class Operation:
    """An operation and its organiser; `settings`: fields of Annexe 2 by their csv label."""

    operation_id: str
    name: str
    organiser: str | None
    siret_rna: str | None
    commune: str | None
    post_code: str | None
    settings: Mapping[str, str]


@dataclass(frozen=True)
class Claim:
    """A finding to claim. Energies or values in `unit`; `proofs` as in marts.finding; `curves`: files of Enedis."""

    finding_id: str
    check_name: str
    party: str
    supplier: str | None
    operation_id: str | None
    month: date | None
    prm: str | None
    invoice_number: str | None
    detail_id: str | None
    period_start: date | None
    period_end: date | None
    expected: float | None
    observed: float | None
    unit: str | None
    amount_eur: Decimal | None
    amount_ttc_eur: Decimal | None
    message: str
    site_name: str | None
    holder: str | None
    proofs: tuple[Mapping[str, Any], ...]
    curves: tuple[str, ...]

    @property
    def title(self) -> str:
        """What the catalogue calls it."""
        return catalogue()[self.check_name]["title"]

    @property
    def is_metered(self) -> bool:
        """Whether it is about energies billed in excess."""
        return self.check_name in METERED

    @property
    def excess(self) -> float | None:
        """Observed less expected."""
        return None if self.observed is None or self.expected is None else self.observed - self.expected

    @property
    def slots(self) -> str:
        """What each time slot bills beside the expected, when it is about the slots."""
        return self._proved("slots")

    @property
    def price(self) -> str:
        """At which prices the euros are computed, and where these are from."""
        return self._proved("price")

    def _proved(self, name: str) -> str:
        return str(next((proof[name] for proof in self.proofs if proof.get(name)), ""))

    @property
    def excise_eur(self) -> float:
        """Accise on the energy in excess, which `amount_eur` leaves out."""
        return float(sum(proof.get("excise_eur") or 0 for proof in self.proofs))


@dataclass(frozen=True)
class Period:
    """A period of an operation in which default keys stand in for dynamic ones, or a fault of it told in a message."""

    operation_id: str
    period_start: date
    period_end: date
    default_steps: int = 0
    check_name: str = ""
    message: str = ""


@dataclass(frozen=True)
class Claims:
    """All that is selected."""

    claims: tuple[Claim, ...]
    operations: Mapping[str, Operation]
    names: Mapping[str, str]
    default_keys: tuple[Period, ...]
    faults: tuple[Period, ...]


def read(publication: Path, selection: Selection) -> Claims:
    """Return what `selection` chooses. WarehouseError when there is no publication."""
    with warehouse.connect(publication, read_only=True) as connection:
        operations = {row["operation_id"]: _operation(row) for row in _rows(connection, "operations")}
        found = _rows(connection, "findings", **selection.parameters("supplier", "party"))
        curves = _curves(connection)
        for_enedis = selection.party != "supplier" and selection.supplier is None
        months = selection.parameters()
        return Claims(
            tuple(_claim(row, curves) for row in found),
            operations,
            {row["prm"]: row["name"] for row in _rows(connection, "names")},
            tuple(_period(row) for row in _rows(connection, "default_keys", **months)) if for_enedis else (),
            tuple(_period(row) for row in _rows(connection, "other_faults", **months)) if for_enedis else (),
        )


def _rows(connection: duckdb.DuckDBPyConnection, name: str, **parameters: object) -> list[dict[str, Any]]:
    return warehouse.run(connection, f"claims/{name}", **parameters).to_dicts()


def _operation(row: dict[str, Any]) -> Operation:
    settings = json.loads(row["settings"]) if row["settings"] else {}
    return Operation(
        row["operation_id"], row["name"], row["organiser"], row["organiser_siret_rna"], row["commune"],
        row["post_code"], settings,
    )  # fmt: skip


def _period(row: dict[str, Any]) -> Period:
    return Period(**{name: row[name] for name in Period.__dataclass_fields__ if name in row})


def _curves(connection: duckdb.DuckDBPyConnection) -> dict[str, list[tuple[date, date, str]]]:
    """Return, by PRM, the files that tell its complement: of each period the most direct kind."""
    best: dict[tuple[str, date], tuple[date, str]] = {}
    for row in _rows(connection, "curves"):
        best.setdefault((row["prm"], row["period_start"]), (row["period_end"], row["path"]))
    by_prm: dict[str, list[tuple[date, date, str]]] = {}
    for (prm, start), (end, path) in best.items():
        by_prm.setdefault(prm, []).append((start, end, path))
    return by_prm


def _claim(row: dict[str, Any], curves: Mapping[str, list[tuple[date, date, str]]]) -> Claim:
    evidence = json.loads(row.pop("evidence") or "[]")
    start, end = row["period_start"], row["period_end"]
    covering = tuple(
        path
        for first, last, path in curves.get(row["prm"] or "", [])
        if row["check_name"] in BY_CURVES and start and end and first <= end and last >= start
    )
    return Claim(**row, proofs=tuple(evidence), curves=covering)
