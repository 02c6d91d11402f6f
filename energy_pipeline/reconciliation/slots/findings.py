"""`wrong_slot_split`, and what the slots say of the bills whose total is wrong; in French."""

from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl

from energy_pipeline import french
from energy_pipeline.reconciliation.finding import evidence, facts
from energy_pipeline.reconciliation.slots.verdict import SlotVerdicts

SOURCES = {
    "published": "Énergies par poste publiées par Enedis pour cette période.",
    "declared": "Heures creuses de la liste des sites.",
    "inferred": "Heures creuses déduites des énergies publiées, non déclarées.",
}
NO_PRICE = (
    "Montant inconnu : ni la facture ne donne de prix propre à chacun de ces postes, ni prices.csv de prix évité."
)
PRICES = {
    "billed_price": "prix unitaires de ces postes sur la facture",
    "billed_amount": "montants de ces postes sur la facture, divisés par leurs kWh",
    "avoided_price": "prix évités de ces postes dans prices.csv",
}
OFF_PEAK_OF = {"HP": "HC", "HPH": "HCH", "HPB": "HCB"}


def slot_facts(slots: SlotVerdicts) -> pl.DataFrame:
    """Return a fact `wrong_slot_split` per bill whose total is right and whose slots are not.

    Expected and observed are the energies of the slot that is furthest from what it should be; euros are the sum over
    the slots.
    """
    return facts([_fact(rows) for rows in _by_bill(slots.rows.filter("is_split_wrong"))])


def told_by_bill(slots: SlotVerdicts) -> Mapping[int, str]:
    """Return, by bill whose total is wrong and whose slots are known, what each slot bills beside the expected."""
    wrong = slots.rows.filter((pl.col("bill_verdict") != "matches") & pl.col("reason").is_null())
    return {rows[0]["bill"]: f"{_listed(rows)}. {SOURCES[rows[0]['slot_source']]}" for rows in _by_bill(wrong)}


def _by_bill(rows: pl.DataFrame) -> list[list[dict[str, Any]]]:
    return [group.to_dicts() for group in rows.partition_by("bill", maintain_order=True)]


def _listed(rows: Sequence[Mapping[str, Any]]) -> str:
    return " ; ".join(
        f"{row['slot']} : {french.kwh(row['net_slot_kwh'])} facturés{_credited(row)} pour "
        f"{french.kwh(row['expected_kwh'])} attendus"
        for row in rows
    )


def _credited(row: Mapping[str, Any]) -> str:
    if not row["credited_kwh"]:
        return ""
    sign = "−" if row["credited_kwh"] > 0 else "+"
    return f" ({french.kwh(row['billed_kwh'])} {sign} {french.kwh(abs(row['credited_kwh']))} par avoir)"


def _fact(rows: list[dict[str, Any]]) -> dict[str, object]:
    worst = max(rows, key=lambda row: abs(row["difference_kwh"]))
    amount = None if worst["amount_eur"] is None else sum(row["amount_eur"] for row in rows)
    return {
        "check_name": "wrong_slot_split",
        "month": worst["month"],
        "operation_id": worst["operation_id"],
        "role": "consumer",
        **{name: worst[name] for name in ("supplier", "invoice_number", "detail_id", "prm")},
        "period_start": worst["consumption_start"],
        "period_end": worst["consumption_end"],
        "expected": worst["expected_kwh"],
        "observed": worst["net_slot_kwh"],
        "unit": "kWh",
        "amount_eur": amount,
        "amount_ttc_eur": None if amount is None else amount * (1 + worst["vat_rate"]),
        "evidence": evidence(
            {
                "file": worst["path"],
                "line": worst["line"],
                "value": worst["net_kwh"],
                "slots": _listed(rows),
                "slot_source": SOURCES[worst["slot_source"]],
                "deducted": _deducted(rows),
                "price": None if amount is None else _priced(rows),
            }
        ),
        "message": _message(rows, worst, amount),
    }


def _message(rows: Sequence[Mapping[str, Any]], worst: Mapping[str, Any], amount: float | None) -> str:
    bill = (
        f"Facture {worst['invoice_number']} ({worst['supplier']}), PRM {worst['prm']}, "
        f"{french.short_period(worst['consumption_start'], worst['consumption_end'])}"
    )
    parts = [f"{bill} : le total de {french.kwh(worst['net_kwh'])} est juste, mais non ses postes. {_listed(rows)}."]
    if cause := _cause(rows):
        parts.append(f"{cause}.")
    if amount is None:
        return " ".join((*parts, NO_PRICE))
    side = "en trop" if amount >= 0 else "en moins"
    ttc = abs(amount) * (1 + worst["vat_rate"])
    parts.append(f"Soit {french.euros(abs(amount))} HT {side} ({french.euros(ttc)} TTC).")
    return " ".join((*parts, f"Calcul : {_priced(rows)}."))


def _priced(rows: Sequence[Mapping[str, Any]]) -> str:
    """Return `HP : +50 kWh × 0,1650 €/kWh ; HC : −50 kWh × 0,1280 €/kWh, prix évités …`."""
    parts = [
        f"{row['slot']} : {french.signed(row['difference_kwh'], 1)}{french.NBSP}kWh × {french.price(row['price'])}"
        for row in rows
        if row["price"] is not None
    ]
    return f"{' ; '.join(parts)}, {PRICES[rows[0]['price_source']]}"


def _deducted(rows: Sequence[Mapping[str, Any]]) -> str | None:
    """Return the self-consumption that each slot deducts beside its own; None where earlier bills count too."""
    if any(row["before_kwh"] for row in rows):
        return None
    return " ; ".join(
        f"{row['slot']} : {french.kwh(row['consumption_kwh'] - row['net_slot_kwh'])} déduits pour "
        f"{french.kwh(row['self_consumption_kwh'])} autoconsommés"
        for row in rows
    )


def _cause(rows: Sequence[Mapping[str, Any]]) -> str | None:
    """Return what explains the slots billed, if one error does: slots inverted, or a deduction from the wrong ones."""
    if any(row["before_kwh"] for row in rows):
        return None
    expected = {row["slot"]: row["expected_kwh"] for row in rows}
    other = OFF_PEAK_OF | {low: high for high, low in OFF_PEAK_OF.items()}
    if _is_billed(rows, [expected.get(other[row["slot"]], 0.0) for row in rows]):
        return "Heures pleines et heures creuses sont inversées"
    drawn, shared = (sum(row[name] for row in rows) for name in ("consumption_kwh", "self_consumption_kwh"))
    if drawn > 0 and _is_billed(rows, [row["consumption_kwh"] * (1 - shared / drawn) for row in rows]):
        return "L'autoconsommation a été déduite au prorata de la consommation, non dans les postes où elle a eu lieu"
    for slot in expected:
        alone = [row["consumption_kwh"] - (shared if row["slot"] == slot else 0.0) for row in rows]
        if _is_billed(rows, alone):
            return f"Toute l'autoconsommation a été déduite du poste {slot}"
    return None


def _is_billed(rows: Sequence[Mapping[str, Any]], energies: Sequence[float]) -> bool:
    return all(abs(row["net_slot_kwh"] - kwh) <= row["tolerance_kwh"] for row, kwh in zip(rows, energies, strict=True))
