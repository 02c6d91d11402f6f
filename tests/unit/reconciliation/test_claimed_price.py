"""The euros of a bill finding can be computed again from what it says."""

import json
from datetime import date

import polars as pl
import pytest

from energy_pipeline.reconciliation.bills import PER_KWH
from energy_pipeline.reconciliation.claimed_price import PARTS
from energy_pipeline.reconciliation.supplier import bill_facts

BILL = {
    "bill": 0, "verdict": "self_consumption_not_deducted", "supplier": "TotalEnergies", "invoice_number": "F1",
    "detail_id": "0001", "prm": "30001000000011", "operation_id": "ACC00000001", "month": date(2025, 9, 1),
    "consumption_start": date(2025, 9, 1), "consumption_end": date(2025, 9, 30), "path": "export.xlsx", "line": 2,
    "billed_kwh": 1000.0, "net_kwh": 1000.0, "expected_kwh": 750.0, "excess_kwh": 250.0, "consumption_kwh": 1000.0,
    "self_consumption_kwh": 250.0, "is_published": True, "energy_eur": 150.0, "capacity_eur": 10.0, "cee_eur": 5.0,
    "cee_precarity_eur": 0.0, "guarantee_of_origin_eur": 1.0, "vat_base_normal_eur": 200.0, "vat_rate": 0.2,
    "amount_eur": 41.5, "amount_ttc_eur": 49.8, "excise_eur_excess": 7.5,
}  # fmt: skip


def told(**changes: object) -> tuple[str, str]:
    """Return the message and the price of the evidence, with plain spaces."""
    (fact,) = bill_facts(pl.DataFrame([BILL | changes])).to_dicts()
    (proof,) = json.loads(fact["evidence"])
    return tuple(  # type: ignore[return-value]
        text.replace("\u00a0", " ").replace("\u202f", " ") for text in (fact["message"], proof.get("price", ""))
    )


def test_the_message_gives_price_vat_and_what_is_left_out():
    message, _ = told()
    assert "250 kWh autoconsommés n'ont pas été déduits, soit 41,50 € HT (49,80 € TTC)." in message
    assert "Calcul : 250 kWh × 0,166 €/kWh = 41,50 € HT ; TVA 20 % : 49,80 € TTC." in message
    assert "L'accise, dont l'assiette est contestée, n'est pas comprise ; à demander séparément." in message
    assert message.endswith("Accise sur ces kWh, comptée à part : 7,50 € HT.")


def test_the_evidence_gives_the_parts_of_the_price_beside_the_line_of_the_export():
    _, price = told()
    assert price == (
        "énergie 150,00 € (0,15 €/kWh) + capacité 10,00 € (0,01 €/kWh) + CEE 5,00 € (0,005 €/kWh) + "
        "garanties d'origine 1,00 € (0,001 €/kWh), pour 1 000 kWh facturés ; "
        "TVA au taux de 20 %, celui de la facture, sur le montant HT avant arrondi"
    )
    assert "taux normal, la facture ne donnant pas le sien" in told(vat_base_normal_eur=None)[1]


@pytest.mark.parametrize(
    ("excess", "amount", "written"),
    [
        (1082.6661, 120.873, "1 082,7 kWh × 0,11164 €/kWh = 120,87 € HT ; TVA 20 % : 145,05 € TTC"),
        # 186,3 × 0,166 would be 30,93.
        (186.25, 30.9175, "186,25 kWh × 0,166 €/kWh = 30,92 € HT ; TVA 20 % : 37,10 € TTC"),
    ],
)
def test_as_many_decimals_are_shown_as_the_product_needs(excess, amount, written):
    assert written in told(excess_kwh=excess, amount_eur=amount, amount_ttc_eur=1.2 * amount)[0]


def test_what_is_billed_too_low_asks_for_nothing():
    message, _ = told(verdict="under_billed", excess_kwh=-50.0, amount_eur=-8.3, amount_ttc_eur=-9.96)
    assert "50 kWh × 0,166 €/kWh = 8,30 € HT" in message
    assert "à demander" not in message


def test_no_price_no_computation():
    message, price = told(amount_eur=None, amount_ttc_eur=None)
    assert "Montant inconnu" in message and "Calcul" not in message and price == ""


def test_every_component_of_the_price_has_its_name():
    assert tuple(PARTS) == PER_KWH
