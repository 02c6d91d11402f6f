"""What became of the claims sent: what a credit or a correction settles, what is still due, what merely vanished."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb

from energy_pipeline import french, warehouse
from energy_pipeline.claims.read import BY_CURVES, Claim, Selection, read
from energy_pipeline.claims.sent import Sent, about

_UNCHECKED = ("no_curve", "site_unknown")


@dataclass(frozen=True)
class Euros:
    """Euros without and with VAT."""

    ht: Decimal = Decimal(0)
    ttc: Decimal = Decimal(0)

    def __add__(self, other: "Euros") -> "Euros":
        return Euros(self.ht + other.ht, self.ttc + other.ttc)

    def beyond(self, other: "Euros") -> "Euros":
        """Return how much more this is than the other, nothing where it is less."""
        return Euros(max(self.ht - other.ht, Decimal(0)), max(self.ttc - other.ttc, Decimal(0)))

    def __bool__(self) -> bool:
        return bool(self.ht or self.ttc)


def _euros(one: Sent | Claim | None) -> Euros:
    return Euros(one.amount_eur or Decimal(0), one.amount_ttc_eur or Decimal(0)) if one else Euros()


@dataclass(frozen=True)
class Followed:
    """A claim sent. `first`: as first sent; `dates`: of its letters; `claim`: as it stands today, None if it does not.

    `corrections`: those of its bill, in French, that came since; `is_settled`: whether these, or its cancellation,
    explain what is no longer claimed; `why`, in French: what does, or that nothing known does. `loose`: credits of its
    point that name no bill.
    """

    first: Sent
    dates: tuple[date, ...]
    claim: Claim | None
    corrections: tuple[str, ...]
    is_settled: bool
    why: str
    loose: tuple[str, ...] = ()

    @property
    def asked(self) -> Euros:
        """What the first letter asked."""
        return _euros(self.first)

    @property
    def due(self) -> Euros:
        """What is claimed today."""
        return _euros(self.claim)

    @property
    def settled(self) -> Euros:
        """What corrections took from what was asked."""
        return self.asked.beyond(self.due) if self.is_settled else Euros()

    @property
    def vanished(self) -> Euros:
        """What is no longer claimed, though nothing known of the bill explains it."""
        return Euros() if self.is_settled else self.asked.beyond(self.due)

    @property
    def is_unexplained(self) -> bool:
        """Whether it is no longer claimed, or for less, and nothing known of the bill explains it."""
        return not self.is_settled and (self.claim is None or bool(self.vanished))

    @property
    def to_match(self) -> str:
        """What came since and leaves as much due, in French: whether it corrects the claim is for people to say."""
        in_vain = () if self.settled else self.corrections
        return french.listed((*in_vain, *self.loose)) if self.claim else ""


def follow(publication: Path, rows: Sequence[Sent], selection: Selection) -> list[Followed]:
    """Return what became of what was sent and that `selection` chooses, in the order of the first letters.

    A finding is the one sent when it has its id, else when it is the only one left about the same (`sent.about`).
    WarehouseError when there is no publication.
    """
    if not rows:
        return []
    groups: dict[object, list[Sent]] = {}
    for row in sorted(rows, key=lambda row: row.sent_on):
        groups.setdefault(row.key, []).append(row)
    firsts = [group[0] for group in groups.values()]
    claims = _matched(firsts, read(publication, Selection()).claims)
    with warehouse.connect(publication, read_only=True) as connection:
        ledger = Ledger.read(connection, firsts)
        gone = [first.finding_id for first, claim in zip(firsts, claims, strict=True) if claim is None]
        found = warehouse.run(connection, "claims/still_found", findings=[one for one in gone if one])
    still_found = set(found["finding_id"])
    return [
        _followed(tuple(dict.fromkeys(row.sent_on for row in group)), first, claim, ledger, still_found)
        for group, first, claim in zip(groups.values(), firsts, claims, strict=True)
        if selection.chooses(claim or first)
    ]


def _matched(firsts: Sequence[Sent], claims: Iterable[Claim]) -> list[Claim | None]:
    by_id = {claim.finding_id: claim for claim in claims}
    ids = {first.finding_id for first in firsts}
    left = [claim for claim in by_id.values() if claim.finding_id not in ids]
    by_subject = {about(claim): claim for claim in left}
    wanted = Counter(about(first) for first in firsts if first.finding_id not in by_id)
    offered = Counter(map(about, left))

    def claim_of(first: Sent) -> Claim | None:
        subject = about(first)
        is_only = wanted[subject] == offered[subject] == 1
        return by_id.get(first.finding_id or "") or (by_subject[subject] if is_only else None)

    return [claim_of(first) for first in firsts]


@dataclass(frozen=True)
class Ledger:
    """What the publication knows of some bills: corrections, and the conclusion about each energy that they bill."""

    corrections: Mapping[tuple[Any, ...], list[Mapping[str, Any]]]
    """By supplier, bill and point; the loose ones by supplier and point; publications by operation and period."""
    bills: Mapping[tuple[Any, ...], Mapping[str, Any]]
    invoices: frozenset[tuple[Any, ...]]

    @staticmethod
    def read(connection: duckdb.DuckDBPyConnection, about_: Iterable[Sent | Claim]) -> "Ledger":
        """Return what is known of the bills and of the operations of some claims."""
        subjects = list(about_)
        invoices = sorted({one.invoice_number for one in subjects if one.invoice_number})
        operations = sorted({one.operation_id for one in subjects if one.party == "enedis" and one.operation_id})
        points = sorted({one.prm for one in subjects if one.prm})
        rows = warehouse.run(connection, "claims/corrections", invoices=invoices, operations=operations, points=points)
        bills = warehouse.run(connection, "claims/bills", invoices=invoices).to_dicts()
        corrections: dict[tuple[Any, ...], list[Mapping[str, Any]]] = {}
        for row in rows.iter_rows(named=True):
            names = {"loose": ("supplier", "prm"), "publication": ("operation_id", "period_start")}
            key = names.get(row["what"], ("supplier", "invoice_number", "prm"))
            corrections.setdefault(tuple(row[name] for name in key), []).append(row)
        return Ledger(
            corrections,
            {(bill["supplier"], bill["invoice_number"], bill["detail_id"], bill["prm"]): bill for bill in bills},
            frozenset((bill["supplier"], bill["invoice_number"]) for bill in bills),
        )

    def of(self, one: Sent | Claim) -> list[Mapping[str, Any]]:
        """Return the corrections of what a claim is about."""
        is_enedis = one.party == "enedis"
        key = (one.operation_id, one.period_start) if is_enedis else (one.supplier, one.invoice_number, one.prm)
        return [row for row in self.corrections.get(key, []) if row["detail_id"] in (None, one.detail_id)]

    def loose(self, one: Sent) -> list[Mapping[str, Any]]:
        """Return the credits of the point since the letter that name no bill: nothing says what they correct."""
        credits_ = self.corrections.get((one.supplier, one.prm), [])
        return [row for row in credits_ if row["day"] is not None and row["day"] >= one.sent_on]


def known_corrections(connection: duckdb.DuckDBPyConnection, claims: Sequence[Claim]) -> list[list[str]]:
    """Return, for each claim, what already corrects its bill: none of it will settle what is left."""
    ledger = Ledger.read(connection, claims)
    return [[row["reference"] for row in ledger.of(claim)] for claim in claims]


def _followed(
    dates: tuple[date, ...], first: Sent, claim: Claim | None, ledger: Ledger, still_found: Collection[str | None]
) -> Followed:
    known = {part.strip() for part in (first.known_corrections or "").split(",")}
    new = tuple(dict.fromkeys(_told(row) for row in ledger.of(first) if row["reference"] not in known))
    corrections = french.listed(new)
    if claim is not None:
        has_fallen = bool(_euros(first).beyond(_euros(claim)))
        unexplained = "constat chiffré plus bas, sans avoir ni régularisation connus" if has_fallen else ""
        loose = tuple(f"{_told(row)}, qui ne nomme aucune facture" for row in ledger.loose(first))
        return Followed(first, dates, claim, new, bool(new) and has_fallen, corrections or unexplained, loose)
    bill = ledger.bills.get((first.supplier, first.invoice_number, first.detail_id, first.prm), {})
    verdict = bill.get("verdict")
    is_unchecked = first.check_name in BY_CURVES and verdict in _UNCHECKED
    if verdict == "cancelled":
        return Followed(first, dates, None, new, True, corrections or "facture annulée")
    if new and not is_unchecked and first.finding_id not in still_found:
        return Followed(first, dates, None, new, True, corrections)
    return Followed(first, dates, None, new, False, _unexplained(first, bill, ledger, still_found))


def _told(row: Mapping[str, Any]) -> str:
    match row["what"]:
        case "version":
            return "ligne remplacée par un export plus récent"
        case "publication":
            return "courbes de la période publiées de nouveau"
    name = {"cancellation": "annulation", "invoice": "facture rectificative"}.get(row["what"], "avoir")
    day = f" du {french.short_day(row['day'])}" if row["day"] else ""
    return f"{name} n° {row['reference']}{day}"


def _unexplained(first: Sent, bill: Mapping[str, Any], ledger: Ledger, still_found: Collection[str | None]) -> str:
    """Return what the publication says of a bill whose finding vanished, and that no credit explains."""
    if first.finding_id in still_found:
        return "le constat est désormais à vérifier"
    if first.party == "enedis":
        return "la répartition publiée n'est plus comparée, ou ne s'écarte plus, sans nouvelle publication connue"
    if (first.supplier, first.invoice_number) not in ledger.invoices:
        return "la facture n'est plus dans les fichiers"
    if bill.get("verdict") in _UNCHECKED:
        return f"la facture n'est plus vérifiée : {(bill['reason'] or 'point inconnu').rstrip('.')}"
    return "la facture ne présente plus cette erreur au vu des données d'aujourd'hui"
