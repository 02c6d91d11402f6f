"""How the euros of a bill finding are computed, in French: whoever reads them can compute them again."""

from collections.abc import Mapping
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from energy_pipeline import french

PARTS = {
    "energy_eur": "énergie",
    "capacity_eur": "capacité",
    "cee_eur": "CEE",
    "cee_precarity_eur": "CEE précarité",
    "guarantee_of_origin_eur": "garanties d'origine",
}
"""Components that a kWh billed in excess costs, as the export names them."""

EXCISE = "L'accise, dont l'assiette est contestée, n'est pas comprise ; à demander séparément."
CENT = Decimal("0.01")
DIGITS = ((1, 5), (2, 6), (3, 7), (4, 9), (6, 12))
"""Decimals of the kWh and of the price: the fewest whose product is the amount to the cent."""


def computation(row: Mapping[str, Any]) -> str:
    """Return `1 082,7 kWh × 0,11164 €/kWh = 120,87 € HT ; TVA 20 % : 145,05 € TTC`; `row`: of `bills.reconcile`."""
    excess, price, rate = abs(row["excess_kwh"]), abs(row["amount_eur"] / row["excess_kwh"]), row["vat_rate"]
    amounts = (_cents(abs(row["amount_eur"])), _cents(abs(row["amount_ttc_eur"])))
    for kwh_digits, price_digits in DIGITS:
        kwh, per_kwh = _rounded(excess, kwh_digits), _rounded(price, price_digits)
        before_vat = kwh * per_kwh
        if (_cents(before_vat), _cents(before_vat * (1 + Decimal(str(rate))))) == amounts:
            break
    return (
        f"{_plain(kwh)}{french.NBSP}kWh × {_plain(per_kwh)}{french.NBSP}€/kWh = {french.euros(float(amounts[0]))} HT ; "
        f"TVA {_percent(rate)} : {french.euros(float(amounts[1]))} TTC"
    )


def origin(row: Mapping[str, Any]) -> str:
    """Return the parts of the price as the line of the export gives them, and how VAT was applied."""
    billed = row["billed_kwh"]
    parts = [
        f"{name} {french.euros(row[column])} ({_plain(_rounded(row[column] / billed, 5))}{french.NBSP}€/kWh)"
        for column, name in PARTS.items()
        if row[column]
    ]
    is_written = bool(row["vat_base_normal_eur"])
    vat = "celui de la facture" if is_written else "taux normal, la facture ne donnant pas le sien"
    return (
        f"{' + '.join(parts)}, pour {french.shortest(billed)}{french.NBSP}kWh facturés ; "
        f"TVA au taux de {_percent(row['vat_rate'])}, {vat}, sur le montant HT avant arrondi"
    )


def _rounded(value: float, digits: int) -> Decimal:
    return Decimal(str(value)).quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP)


def _cents(value: float | Decimal) -> Decimal:
    # Binary noise must not decide of a half cent: the findings round floats, this one their shortest decimal.
    return Decimal(str(round(value, 9))).quantize(CENT, ROUND_HALF_UP)


def _plain(value: Decimal) -> str:
    return french.shortest(value, 12)


def _percent(rate: float) -> str:
    return f"{french.shortest(100 * rate)}{french.THIN}%"
