"""From what is claimed to letters: one per supplier and organiser, one to Enedis per convention."""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import cache
from typing import Any

from stdnum.fr import siret

from energy_pipeline import french
from energy_pipeline.claims import tables
from energy_pipeline.claims.model import Letter, Table
from energy_pipeline.claims.read import Claim, Claims, Operation, Period
from energy_pipeline.claims.text import blocks, one_line, render
from energy_pipeline.settings import REFERENCE

TEMPLATES = REFERENCE / "letters"
MOST_INVOICES = 12
ENEDIS = "Enedis"
DOTS = "………………………………"
MOST_HOLDERS = 5
"""Holders named among what is to be completed."""
"""What the sender fills in by hand."""


@dataclass(frozen=True)
class Dossier:
    """What one letter is about: its addressee, the operations of its sender, the claims.

    `sent`: of a reminder, the days of the letters that already claimed each finding.
    """

    addressee: str
    party: str
    operations: tuple[Operation, ...]
    claims: tuple[Claim, ...]
    default_keys: tuple[Period, ...] = ()
    faults: tuple[Period, ...] = ()
    sent: Mapping[str, tuple[date, ...]] = field(default_factory=dict)


@dataclass(frozen=True)
class Told:
    """Some claims as the text counts them."""

    details: str


def dossiers(claims: Claims, *, contest_default_keys: bool = False) -> list[Dossier]:
    """Return what to write, suppliers first. Default keys are contested on demand: only the organiser knows why."""
    return [*_of_suppliers(claims), *_of_enedis(claims, contest_default_keys)]


def _of_suppliers(found: Claims) -> list[Dossier]:
    senders: dict[tuple[str, str], tuple[list[Claim], dict[str, Operation]]] = {}
    for claim in found.claims:
        if claim.party == "supplier":
            operation = found.operations.get(claim.operation_id or "")
            sender = _organiser(operation) if operation else _only_organiser(found)
            kept, operations = senders.setdefault((claim.supplier or "", sender), ([], {}))
            kept.append(claim)
            operations |= {operation.operation_id: operation} if operation else _of_organiser(found, sender)
    return [
        Dossier(supplier, "supplier", tuple(operations[key] for key in sorted(operations)), tuple(kept))
        for (supplier, _), (kept, operations) in sorted(senders.items())
    ]


def _organiser(operation: Operation) -> str:
    return operation.siret_rna or operation.organiser or operation.operation_id


def _only_organiser(found: Claims) -> str:
    """Return the organiser of all the operations, to whom a bill of no operation comes; "" when there are several."""
    known = {_organiser(operation) for operation in found.operations.values()}
    return known.pop() if len(known) == 1 else ""


def _of_organiser(found: Claims, sender: str) -> dict[str, Operation]:
    return {key: operation for key, operation in found.operations.items() if _organiser(operation) == sender}


def _of_enedis(found: Claims, contest_default_keys: bool) -> list[Dossier]:
    contested = found.default_keys if contest_default_keys else ()
    claims = [claim for claim in found.claims if claim.party == "enedis"]
    concerned = {claim.operation_id for claim in claims} | {period.operation_id for period in contested}
    made = []
    for operation_id in sorted(filter(None, concerned)):
        own = tuple(claim for claim in claims if claim.operation_id == operation_id)
        keys = tuple(period for period in contested if period.operation_id == operation_id)
        spans = [(claim.period_start, claim.period_end) for claim in own]
        spans += [(period.period_start, period.period_end) for period in keys]
        faults = tuple(fault for fault in found.faults if fault.operation_id == operation_id
                       and any(_overlap(fault, *span) for span in spans))  # fmt: skip
        made.append(Dossier(ENEDIS, "enedis", (found.operations[operation_id],), own, keys, faults))
    return made


def _overlap(fault: Period, start: date | None, end: date | None) -> bool:
    if None in (fault.period_start, fault.period_end, start, end):
        return False
    return fault.period_start <= end and fault.period_end >= start  # type: ignore[operator]


def compose(
    dossier: Dossier,
    names: Mapping[str, str],
    *,
    workbook: str,
    day: date | None = None,
    addressee_lines: Sequence[str] = (),
) -> Letter:
    """Return the letter of a dossier. `names`: of the points; `workbook`: name of the file attached.

    What nobody knows (an address, the day, who signs) stays in dots and is told in `to_complete`.
    """
    template = _template(f"{dossier.party}_reminder" if dossier.sent else dossier.party)
    facts, made_tables = (_enedis if dossier.party == "enedis" else _supplier)(dossier, names)
    facts |= {"workbook": workbook, "dots": DOTS, "letters": _letters(dossier)}
    made_tables["reminded"] = tables.reminded(dossier.claims, dossier.sent)
    missing: list[str] = []
    sender = _sender(dossier, missing)
    place = _field(dossier, "COMMUNE_PMO") or (dossier.operations[0].commune if dossier.operations else None)
    if day is None:
        missing.append("date de la lettre")
    if not addressee_lines:
        missing.append(f"adresse du destinataire ({dossier.addressee})")
    if dossier.party == "supplier" and (others := _other_holders(dossier)):
        missing.append(f"mandat pour les contrats au nom de {others}, s'ils ne sont pas à l'organisateur")
    if dossier.default_keys:
        missing.append("circonstances de la défaillance du dispositif d'Enedis")
    attachments = [render(text, facts) for text in template["attachments"]]
    return Letter(
        sender=sender,
        recipient=tuple(map(str, map(one_line, addressee_lines))) or (str(one_line(dossier.addressee)), DOTS, DOTS),
        delivery=template["delivery"],
        place_and_date=f"{one_line(place or DOTS)}, le {french.day(day) if day else DOTS}",
        subject=render(template["subject"], facts),
        references=_references(dossier),
        body=blocks(template["body"], facts, made_tables),
        signature=_signature(dossier),
        attachments=tuple(filter(None, attachments)),
        annex=blocks(template["annex"], facts, made_tables),
        to_complete=tuple(missing),
    )


def _letters(dossier: Dossier) -> str:
    """Return how a reminder names the letters before it, oldest first."""
    days = sorted({day for dates in dossier.sent.values() for day in dates})
    told = french.listed([f"du {french.day(day)}" for day in days])
    return f"notre lettre {told}" if len(days) == 1 else f"nos lettres {told}"


@cache
def _template(name: str) -> Mapping[str, Any]:
    return tomllib.loads((TEMPLATES / f"{name}.toml").read_text(encoding="utf-8"))


def _supplier(dossier: Dossier, names: Mapping[str, str]) -> tuple[dict[str, Any], dict[str, Table]]:
    claims = dossier.claims
    undeducted = [claim for claim in claims if claim.check_name == "self_consumption_not_deducted"]
    over_billed = [claim for claim in claims if claim.check_name == "over_billed"]
    others = [claim for claim in claims if not claim.is_metered]
    total, total_ttc = tables.totals(claims)
    excise = Decimal(str(round(sum(claim.excise_eur for claim in claims), 2)))
    made = {"proofs": tables.proofs(claims)}
    made |= {name: tables.metered(some) for name, some in (("undeducted", undeducted), ("over_billed", over_billed))}
    facts = _common(dossier) | {
        "anomalies": french.plural(len(claims), "erreur", "erreurs"),
        "invoices": french.plural(len({claim.invoice_number for claim in claims}), "facture", "factures"),
        "total_eur": french.euros(total) if total or total_ttc else "",
        "total_ttc_eur": french.euros(total_ttc),
        "undeducted": _told(undeducted),
        "over_billed": _told(over_billed),
        "other": bool(others),
        "slots": [_slots(claim) for claim in others if claim.slots],
        "excise_eur": french.euros(excise) if excise > 0 else "",
        "example": _example([*undeducted, *over_billed]),
        "unquantified": any(claim.amount_eur is None and claim.amount_ttc_eur is None for claim in claims),
    }
    return facts, made | {"other": tables.other(others)}


def _other_holders(dossier: Dossier) -> str:
    """Return who else than the organiser holds a point of the claims: nobody claims for them without a mandate."""
    own = {operation.organiser.casefold() for operation in dossier.operations if operation.organiser}
    holders = {str(one_line(claim.holder)) for claim in dossier.claims if claim.holder}
    others = sorted(holder for holder in holders if own and holder.casefold() not in own)
    if len(others) > MOST_HOLDERS:
        others = [*others[:MOST_HOLDERS], french.plural(len(others) - MOST_HOLDERS, "autre")]
    return french.listed(others)


def _slots(claim: Claim) -> str:
    computation = f" Calcul : {claim.price}." if claim.price else ""
    return (
        f"Facture n° {claim.invoice_number}, point {claim.prm}, "
        f"{french.short_period(claim.period_start, claim.period_end)} : {claim.slots}.{computation}"
    )


def _told(claims: Sequence[Claim]) -> Told | None:
    return Told(french.plural(len(claims), "ligne de facture", "lignes de facture")) if claims else None


def _example(claims: Sequence[Claim]) -> dict[str, str] | None:
    """Return the computation of the largest claim whose euros are known."""
    known = [claim for claim in claims if claim.amount_eur and claim.amount_ttc_eur is not None and claim.excess]
    if not known:
        return None
    largest = max(known, key=lambda claim: (claim.amount_eur or 0, claim.finding_id))
    assert largest.excess and largest.amount_eur and largest.amount_ttc_eur is not None
    return {
        "invoice": largest.invoice_number or french.DASH,
        "prm": largest.prm or french.DASH,
        "observed": french.energy(largest.observed, 1),
        "expected": french.energy(largest.expected, 1),
        "excess": french.energy(largest.excess, 1),
        "price": french.price(float(largest.amount_eur) / largest.excess),
        "amount": french.euros(largest.amount_eur),
        "amount_ttc": french.euros(largest.amount_ttc_eur),
    }


def _enedis(dossier: Dossier, names: Mapping[str, str]) -> tuple[dict[str, Any], dict[str, Table]]:
    parts = tables.shares(dossier.claims, names)
    total = sum((claim.amount_eur for claim in dossier.claims if claim.amount_eur and claim.amount_eur > 0), Decimal(0))
    estimated = {"missing_curve", "missing_steps"}
    facts = _common(dossier) | {
        "operation": dossier.operations[0],
        "split": bool(dossier.claims),
        "messages": [claim.message for claim in dossier.claims],
        "total_eur": french.euros(total) if total else "",
        "unquantified": any(claim.amount_eur is None for claim in dossier.claims),
        "default_keys": [
            {"dates": french.short_period(period.period_start, period.period_end),
             "steps": french.plural(period.default_steps, "pas de mesure", "pas de mesure")}
            for period in dossier.default_keys
        ],
        "faults": [fault.message for fault in dossier.faults],
        "estimated": any(fault.check_name in estimated for fault in dossier.faults),
        "same_period": len({span.period_start for span in _spans(dossier)}) == 1,
    }  # fmt: skip
    return facts, {"split": tables.split(parts), "proofs": tables.split_proofs(parts)}


def _common(dossier: Dossier) -> dict[str, Any]:
    spans = _spans(dossier)
    starts = [span.period_start for span in spans if span.period_start]
    ends = [span.period_end for span in spans if span.period_end]
    period = french.short_period(min(starts, default=None), max(ends, default=None))
    return {"operations_named": _named(dossier.operations), "period": period or "en cours"}


def _spans(dossier: Dossier) -> tuple[Claim | Period, ...]:
    return (*dossier.claims, *dossier.default_keys)


def _named(operations: Sequence[Operation]) -> str:
    if not operations:
        return "une opération d'autoconsommation collective"
    told = [f"« {one_line(operation.name)} » (convention n° {operation.operation_id})" for operation in operations]
    if len(told) == 1:
        return f"l'opération d'autoconsommation collective {told[0]}"
    return f"les opérations d'autoconsommation collective {french.listed(told)}"


def _field(dossier: Dossier, label: str) -> str | None:
    return next((found for operation in dossier.operations if (found := operation.settings.get(label))), None)


def _sender(dossier: Dossier, missing: list[str]) -> tuple[str, ...]:
    first = dossier.operations[0] if dossier.operations else None
    name = first.organiser if first else None
    number = first.siret_rna if first else None
    street = _field(dossier, "ADRESSE_PMO")
    town = " ".join(filter(None, (_field(dossier, "CODE POSTAL_PMO"), _field(dossier, "COMMUNE_PMO"))))
    for value, what in ((name, "nom"), (street and town, "adresse"), (number, "numéro SIRET ou RNA")):
        if not value:
            missing.append(f"{what} de l'organisateur")
    kind = "SIRET" if number and number.isdigit() else "RNA" if number else "SIRET ou RNA"
    contact = " – ".join(filter(None, (_field(dossier, "TEL_PMO"), _field(dossier, "EMAIL1_PMO"))))
    lines = (
        name or DOTS,
        street or DOTS,
        town or DOTS,
        f"{kind} : {_grouped(number) if number else DOTS}",
        contact,
    )
    return tuple(french.typographic(str(one_line(line))) for line in lines if line)


def _grouped(number: str) -> str:
    """Return a SIRET as it is printed, `999 001 019 00010`; a RNA as it is."""
    return siret.format(number, separator=french.NBSP) if number.isdigit() else number


def _references(dossier: Dossier) -> tuple[tuple[str, str], ...]:
    conventions = [f"n° {operation.operation_id}" for operation in dossier.operations]
    invoices = list(
        dict.fromkeys(str(one_line(claim.invoice_number)) for claim in dossier.claims if claim.invoice_number)
    )
    told = ", ".join(invoices[:MOST_INVOICES])
    if len(invoices) > MOST_INVOICES:
        told += f" et {len(invoices) - MOST_INVOICES} autres, au classeur joint"
    references = [("Convention" if len(conventions) < 2 else "Conventions", ", ".join(conventions) or DOTS)]
    if dossier.party == "enedis":
        references.append(("Opération", str(one_line(dossier.operations[0].name))))
    else:
        references.append(("Vos factures" if len(invoices) > 1 else "Votre facture", told or french.DASH))
    if dossier.sent:
        references.append(("Rappel de", _letters(dossier)))
    return tuple((label, french.typographic(value)) for label, value in references)


def _signature(dossier: Dossier) -> tuple[str, ...]:
    """Return who signs: as Annexe 2 declares, else a line to fill."""
    known = (_field(dossier, "SIGNATAIRE_NOM_PRENOM_PMO"), _field(dossier, "SIGNATAIRE_FONCTION_PMO"))
    organiser = dossier.operations[0].organiser if dossier.operations else None
    told = [str(one_line(value)) for value in known if value] or [f"Nom et qualité : {DOTS}"]
    return tuple(filter(None, (str(one_line(organiser)) if organiser else "", *told)))
