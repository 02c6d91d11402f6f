"""Slots of the bills beside the curves. October 2025 has 745 hours: 249 off-peak from 22h to 6h, 496 others.

The school draws 1 kW throughout and self-consumes 0.5 kW from 10h to 16h: 93 kWh, all of them at peak. Its complement
is 403 kWh at peak and 249 off-peak, 652 in all.
"""

from datetime import date

import numpy as np
import pytest

from energy_pipeline.metering.gaps import local_minutes
from energy_pipeline.reconciliation import reconcile_month
from energy_pipeline.tables import computed, marts
from energy_pipeline.tables.schemas import frame, validate
from tests.unit.reconciliation.frames import ACC, NOVEMBER, OCTOBER, ROOF, SCHOOL, curve, price, stays
from tests.unit.reconciliation.test_month import inputs

HP_PRICE = price("avoided_price", 0.165, slot="HP")
HC_PRICE = price("avoided_price", 0.128, slot="HC")
BILL = {
    "prm": SCHOOL, "invoice_date": date(2025, 11, 5), "consumption_start": OCTOBER,
    "consumption_end": date(2025, 10, 31), "tariff_option": "Heures pleines / heures creuses",
    "excise_eur": 19.56, "vat_base_normal_eur": 150.0, "vat_normal_eur": 30.0,
}  # fmt: skip


def bill(peak, off_peak, **other):
    total = (peak or 0) + (off_peak or 0)
    registers = {"consumption_hp_kwh": peak, "consumption_hc_kwh": off_peak, "consumption_kwh": total}
    return {**BILL, **registers, **other}


def daytime(start=OCTOBER, end=date(2025, 10, 31), watts=500.0):
    """Return the self-consumption: from 10h to 16h, local time."""
    hour = local_minutes(start, end, 60) % 1440 // 60
    return np.where((hour >= 10) & (hour < 16), watts, 0.0)


def rows(shared=None, start=OCTOBER):
    ends = {OCTOBER: date(2025, 10, 31), NOVEMBER: date(2025, 11, 30)}
    shared = daytime(start, ends[start]) if shared is None else shared
    return (
        curve(SCHOOL, 1000.0, shared, start=start),
        curve(ROOF, shared, shared, start=start, role="producer"),
    )


def hours(written="22h00-6h00", source="declared", start=OCTOBER):
    return frame(
        computed.SLOT_ENERGY,
        [{"operation_id": ACC, "period_start": start, "prm": SCHOOL, "slot": slot, "slot_source": source,
          "off_peak_hours": written} for slot in ("HP", "HC")],
    )  # fmt: skip


def made(*bills, known=None, price_rows=(HP_PRICE, HC_PRICE), curves=None, month=OCTOBER, starts=(OCTOBER,), **landed_):
    given = inputs(*(curves or rows()), starts=starts, bills=bills, price_rows=price_rows, **landed_)
    given["computed"]["slot_energy"] = hours() if known is None else known
    given["marts"]["participant"] = stays(
        (SCHOOL, "consumer", date(2025, 1, 1), None), (ROOF, "producer", date(2025, 1, 1), None)
    )
    result = reconcile_month(**given, month=month)
    validate(marts.INVOICE_SLOT_RECONCILIATION, result.invoice_slot_reconciliation)
    return result


def of_slots(result, *columns):
    return result.invoice_slot_reconciliation.select(columns).rows()


def findings(result):
    bill_checks = {"wrong_slot_split", "over_billed", "under_billed", "self_consumption_not_deducted"}
    return [row for row in result.finding.to_dicts() if row["check_name"] in bill_checks]


def test_a_bill_right_in_each_slot_over_the_month_of_745_hours():
    result = made(bill(403.0, 249.0))
    columns = (
        "slot",
        "slot_source",
        "billed_kwh",
        "consumption_kwh",
        "self_consumption_kwh",
        "expected_kwh",
        "verdict",
    )
    assert of_slots(result, *columns) == [
        ("HP", "declared", 403.0, pytest.approx(496.0), pytest.approx(93.0), pytest.approx(403.0), "matches"),
        ("HC", "declared", 249.0, pytest.approx(249.0), pytest.approx(0.0), pytest.approx(249.0), "matches"),
    ]
    assert findings(result) == []
    assert result.invoice_reconciliation["slot_verdict"].to_list() == ["matches"]


def test_self_consumption_deducted_pro_rata_is_a_finding_of_its_own():
    # 652 / 745 of each slot: 434 and 218. 31 kWh × 0,165 − 31 × 0,128 = 1,147 €, VAT 20 % 1,3764 €.
    result = made(bill(434.0, 218.0))
    assert result.invoice_reconciliation.select("verdict", "slot_verdict").rows() == [("matches", "differs")]
    (finding,) = findings(result)
    assert finding["check_name"] == "wrong_slot_split"
    assert (finding["severity"], finding["party"]) == ("error", "supplier")
    assert (finding["expected"], finding["observed"], finding["unit"]) == (pytest.approx(403.0), 434.0, "kWh")
    assert (str(finding["amount_eur"]), str(finding["amount_ttc_eur"])) == ("1.15", "1.38")
    assert finding["message"] == (
        "Facture 103003547102 (Fournisseur Exemple), PRM 30001000000001, du 01/10/2025 au 31/10/2025 : le total de "
        "652\u00a0kWh est juste, mais non ses postes. HP : 434\u00a0kWh facturés pour 403\u00a0kWh attendus ; "
        "HC : 218\u00a0kWh facturés pour 249\u00a0kWh attendus. L'autoconsommation a été déduite au prorata de la "
        "consommation, non dans les postes où elle a eu lieu. Soit 1,15\u00a0€ HT en trop (1,38\u00a0€ TTC). Calcul : "
        "HP : +31,0\u00a0kWh × 0,1650\u00a0€/kWh ; HC : −31,0\u00a0kWh × 0,1280\u00a0€/kWh, prix évités de ces postes "
        "dans prices.csv."
    )
    assert "HP : 62\u00a0kWh déduits pour 93\u00a0kWh autoconsommés" in finding["evidence"]
    assert "Heures creuses de la liste des sites." in finding["evidence"]
    assert [(slot, round(gap, 6), str(price_), str(euros)) for slot, gap, price_, euros in
            of_slots(result, "slot", "difference_kwh", "price", "amount_eur")] == [
        ("HP", 31.0, "0.165000", "5.1150"), ("HC", -31.0, "0.128000", "-3.9680")]  # fmt: skip


@pytest.mark.parametrize(
    ("peak", "off_peak", "euros", "cause"),
    [
        (249.0, 403.0, "-5.70", "Heures pleines et heures creuses sont inversées."),
        (496.0, 156.0, "3.44", "Toute l'autoconsommation a été déduite du poste HC."),
        (420.0, 232.0, "0.63", "kWh facturés pour 249\u00a0kWh attendus. Soit"),
        (652.0, 0.0, "9.21", "kWh facturés pour 249\u00a0kWh attendus. Soit"),
    ],
)
def test_what_makes_the_slots_wrong_is_told(peak, off_peak, euros, cause):
    # Differences at peak of −154, 93, 17 and 249 kWh, × (0,165 − 0,128).
    (finding,) = findings(made(bill(peak, off_peak)))
    assert str(finding["amount_eur"]) == euros
    assert cause in finding["message"]


def test_a_difference_within_the_tolerance_is_no_fault():
    # 1 kWh per register, 0,024 a day, 1 %: 5,77 kWh at peak, 4,23 off-peak.
    assert findings(made(bill(407.0, 245.0))) == []
    assert len(findings(made(bill(408.0, 244.0)))) == 1


def test_inferred_hours_give_a_verdict_and_no_claim():
    result = made(bill(434.0, 218.0), known=hours(source="inferred"))
    assert of_slots(result, "slot_source", "verdict", "amount_eur") == [
        ("inferred", "over_billed", None), ("inferred", "under_billed", None)]  # fmt: skip
    assert findings(result) == []


def test_hours_that_nothing_tells_give_no_verdict():
    result = made(bill(434.0, 218.0), known=hours(None))
    assert of_slots(result, "slot", "slot_source", "billed_kwh", "expected_kwh", "verdict") == [
        ("HP", None, 434.0, None, "unknown"), ("HC", None, 218.0, None, "unknown")]  # fmt: skip
    assert result.invoice_slot_reconciliation["reason"].str.contains("Heures creuses inconnues").all()
    assert findings(result) == []
    assert result.invoice_reconciliation["slot_verdict"].to_list() == ["unknown"]


def test_a_bill_of_one_slot_has_none():
    single = bill(652.0, None, tariff_option="Base - CU")
    assert made(single).invoice_slot_reconciliation.is_empty()
    assert made(single).invoice_reconciliation["slot_verdict"].to_list() == [None]
    wrong_registers = bill(434.0, 218.0, consumption_kwh=652.0, consumption_hc_kwh=100.0)
    assert made(wrong_registers).invoice_slot_reconciliation.is_empty(), "registers that do not make the total"


@pytest.mark.parametrize("price_rows", [(), (price("avoided_price", 0.15),), (HP_PRICE,)])
def test_without_a_price_of_each_slot_the_euros_are_unknown(price_rows):
    (finding,) = findings(made(bill(434.0, 218.0), price_rows=price_rows))
    assert finding["amount_eur"] is None
    assert finding["message"].endswith(
        "Montant inconnu : ni la facture ne donne de prix propre à chacun de ces postes, ni prices.csv de prix évité."
    )


def priced(**more):
    """Return the price, its source and the euros of each slot of the bill of 434 and 218 kWh, and its finding."""
    result = made(bill(434.0, 218.0, energy_eur=103.33, **more))
    (finding,) = findings(result)
    return [(str(price_), source, str(euros)) for price_, source, euros in
            of_slots(result, "price", "price_source", "amount_eur")], finding  # fmt: skip


def test_the_bill_s_own_unit_prices_come_before_those_of_prices_csv():
    # 434 × 0,1720 = 74,65; 218 × 0,1316 = 28,69; 103,34 in all, billed 103,33. 31 × (0,1720 − 0,1316) = 1,2524 €.
    rows_, finding = priced(energy_hp_price=0.172, energy_hc_price=0.1316)
    assert rows_ == [("0.172000", "billed_price", "5.3320"), ("0.131600", "billed_price", "-4.0796")]
    assert (str(finding["amount_eur"]), str(finding["amount_ttc_eur"])) == ("1.25", "1.50")
    assert finding["message"].endswith(
        "HP : +31,0\u00a0kWh × 0,1720\u00a0€/kWh ; HC : −31,0\u00a0kWh × 0,1316\u00a0€/kWh, prix unitaires de ces "
        "postes sur la facture."
    )
    assert "prix unitaires de ces postes sur la facture" in finding["evidence"]


def test_the_amount_of_each_slot_over_its_kwh_is_a_price():
    # 78,12 / 434 = 0,18; 21,80 / 218 = 0,10; 31 × 0,08 = 2,48 €.
    rows_, finding = priced(energy_hp_eur=78.12, energy_hc_eur=21.80)
    assert rows_ == [("0.180000", "billed_amount", "5.5800"), ("0.100000", "billed_amount", "-3.1000")]
    assert str(finding["amount_eur"]) == "2.48"
    assert "montants de ces postes sur la facture, divisés par leurs kWh" in finding["message"]


AVOIDED = [("0.165000", "avoided_price", "5.1150"), ("0.128000", "avoided_price", "-3.9680")]


@pytest.mark.parametrize(
    "billed",
    [
        {"energy_hp_price": 0.172},
        {"energy_hp_eur": 78.12},
        # Written per MWh, or those of another contract: the bill's one amount for both slots says it.
        {"energy_hp_price": 172.0, "energy_hc_price": 131.6},
        {"energy_hp_price": 0.2, "energy_hc_price": 0.1316},
    ],
)
def test_prices_of_the_bill_that_lack_or_that_its_amounts_contradict_are_left_for_prices_csv(billed):
    assert priced(**billed)[0] == AVOIDED


def test_unit_prices_that_the_amounts_of_the_slots_contradict_are_left_for_these():
    rows_, _ = priced(energy_hp_price=172.0, energy_hc_price=131.6, energy_hp_eur=74.65, energy_hc_eur=28.69)
    assert [source for _, source, _ in rows_] == ["billed_amount"] * 2


def test_the_euros_of_a_total_that_is_wrong_are_counted_once():
    # Nothing deducted: 496 and 249. The 93 kWh are the claim; the slots only explain it.
    result = made(bill(496.0, 249.0, energy_eur=74.5, capacity_eur=None, cee_eur=None, cee_precarity_eur=None))
    (finding,) = findings(result)
    assert finding["check_name"] == "self_consumption_not_deducted"
    assert str(finding["amount_eur"]) == "9.30"
    assert (
        "HP : 496\u00a0kWh facturés pour 403\u00a0kWh attendus ; HC : 249\u00a0kWh facturés pour 249"
        in finding["evidence"]
    )
    assert of_slots(result, "verdict", "amount_eur") == [("over_billed", None), ("matches", None)]


def energy(series, **slots):
    return [{"operation_id": ACC, "period_start": OCTOBER, "period_end": date(2025, 10, 31), "prm": SCHOOL,
             "series": series, "slot": slot, "energy_kwh": kwh} for slot, kwh in slots.items()]  # fmt: skip


def test_what_enedis_published_of_the_same_dates_comes_before_the_hours_of_the_list():
    # The hours changed since the list was made: Enedis told the supplier 434 and 218.
    published = energy("complement", HP=434.02, HC=217.98) + energy("consumption", HP=500.0, HC=245.0)
    result = made(bill(434.0, 218.0), energy=published)
    assert of_slots(result, "slot_source", "consumption_kwh", "self_consumption_kwh", "expected_kwh", "verdict") == [
        ("published", 500.0, pytest.approx(65.98), 434.02, "matches"),
        ("published", 245.0, pytest.approx(27.02), 217.98, "matches"),
    ]
    assert findings(result) == []
    (finding,) = findings(made(bill(403.0, 249.0), energy=published))
    assert "Énergies par poste publiées par Enedis" in finding["evidence"]
    assert str(finding["amount_eur"]) == "-1.15"


def test_published_energies_that_do_not_make_the_complement_are_not_used():
    published = energy("complement", HP=300.0, HC=218.0)
    assert of_slots(made(bill(403.0, 249.0), energy=published), "slot_source") == [("declared",), ("declared",)]


def test_four_slots_over_the_change_of_season():
    # October: 403 and 249 of the low season. 1–15 November, 360 h: 120 off-peak, 240 − 45 self-consumed at peak.
    four = {
        "tariff_option": "CU4", "consumption_end": date(2025, 11, 15), "consumption_kwh": 967.0,
        "consumption_hp_kwh": 195.0, "consumption_hc_kwh": 120.0, "consumption_hpb_kwh": 403.0,
        "consumption_hcb_kwh": 249.0,
    }  # fmt: skip
    known = hours().vstack(hours(start=NOVEMBER))
    curves = (*rows(), *rows(start=NOVEMBER))
    both = {"known": known, "curves": curves, "month": NOVEMBER, "starts": (OCTOBER, NOVEMBER)}
    result = made({**BILL, **four}, **both)
    assert of_slots(result, "slot", "expected_kwh", "verdict") == [
        ("HPH", pytest.approx(195.0), "matches"), ("HCH", pytest.approx(120.0), "matches"),
        ("HPB", pytest.approx(403.0), "matches"), ("HCB", pytest.approx(249.0), "matches"),
    ]  # fmt: skip
    swapped = {"consumption_hp_kwh": 403.0, "consumption_hpb_kwh": 195.0}
    (finding,) = findings(made({**BILL, **four, **swapped}, **both))
    assert finding["check_name"] == "wrong_slot_split"


def test_an_actual_reading_settles_the_slots_of_the_estimates_before_it():
    # October estimated at 500 and 152; November: 480 − 90 = 390 and 240 of its own, less what was billed in advance.
    known = hours().vstack(hours(start=NOVEMBER))
    context = {"known": known, "curves": (*rows(), *rows(start=NOVEMBER)), "month": NOVEMBER,
               "starts": (OCTOBER, NOVEMBER)}  # fmt: skip
    estimated = bill(500.0, 152.0, invoice_number="1", reading_type="Estimé")
    dates = {"consumption_start": NOVEMBER, "consumption_end": date(2025, 11, 30), "invoice_number": "2",
             "invoice_date": date(2025, 12, 5)}  # fmt: skip
    result = made(estimated, bill(293.0, 337.0, **dates), **context)
    assert of_slots(result, "slot", "billed_kwh", "expected_kwh", "verdict") == [
        ("HP", 293.0, pytest.approx(403.0 + 390.0 - 500.0), "matches"),
        ("HC", 337.0, pytest.approx(249.0 + 240.0 - 152.0), "matches"),
    ]
    assert findings(result) == []
    (finding,) = findings(made(estimated, bill(390.0, 240.0, **dates), **context))
    assert str(finding["amount_eur"]) == "3.59", "97 kWh × 0,037"


def test_steps_within_which_the_hours_begin_are_of_either_slot():
    # 22h26–6h26: the hours 22h and 6h are shared between the slots, 62 kWh in all.
    result = made(bill(434.0, 218.0), known=hours("22h26-6h26"))
    assert of_slots(result, "verdict") == [("matches",), ("matches",)]


def test_a_credited_bill_is_left_alone():
    credit = bill(-434.0, -218.0, invoice_number="2", detail_type="AVOIR", origin_number="103003547102",
                  total_excl_vat_eur=-91.28, total_incl_vat_eur=-107.08)  # fmt: skip
    assert made(bill(434.0, 218.0), credit).invoice_slot_reconciliation.is_empty()


def credit(peak, off_peak, kwh=None, **more):
    """Return a credit that corrects a part of the bill; its kWh are negative."""
    given = bill(peak, off_peak, invoice_number="2", invoice_date=date(2025, 11, 20), detail_type="AVOIR",
                 origin_number="103003547102", total_excl_vat_eur=-10.0, total_incl_vat_eur=-12.0)  # fmt: skip
    return {**given, **({} if kwh is None else {"consumption_kwh": kwh}), **more}


def test_what_is_judged_is_the_bill_less_what_a_credit_takes_from_each_slot():
    # 496 − 93 = 403 and 249: what is due.
    result = made(bill(496.0, 249.0), credit(-93.0, 0.0))
    assert of_slots(result, "slot", "billed_kwh", "credited_kwh", "expected_kwh", "verdict", "reason") == [
        ("HP", 496.0, 93.0, pytest.approx(403.0), "matches", None),
        ("HC", 249.0, 0.0, pytest.approx(249.0), "matches", None),
    ]
    assert findings(result) == []


def test_a_credit_that_takes_from_the_wrong_slot_is_told():
    # 496 − 62 = 434 and 249 − 31 = 218; 31 × (0,165 − 0,128) = 1,147 €.
    (finding,) = findings(made(bill(496.0, 249.0), credit(-62.0, -31.0)))
    assert (finding["check_name"], str(finding["amount_eur"]), finding["observed"]) == (
        "wrong_slot_split", "1.15", 434.0)  # fmt: skip
    assert (
        "HP : 434\u00a0kWh facturés (496\u00a0kWh − 62\u00a0kWh par avoir) pour 403\u00a0kWh attendus"
        in finding["message"]
    )
    assert "au prorata" in finding["message"]


def test_a_credit_may_move_kwh_from_a_slot_to_the_other_or_be_written_without_its_sign():
    assert findings(made(bill(434.0, 218.0), credit(-31.0, 31.0, total_excl_vat_eur=-1.15))) == []
    assert findings(made(bill(496.0, 249.0), credit(93.0, 0.0))) == []


@pytest.mark.parametrize("slots", [(None, None), (-93.0, None), (-50.0, -3.0)])
def test_a_credit_that_does_not_tell_its_slots_leaves_those_of_the_bill_unknown(slots):
    result = made(bill(496.0, 249.0), credit(*slots, kwh=-93.0))
    reason = "Facture avoirée en partie, et l'avoir ne dit pas de quels postes."
    assert of_slots(result, "billed_kwh", "credited_kwh", "difference_kwh", "verdict", "reason", "amount_eur") == [
        (496.0, None, None, "unknown", reason, None), (249.0, None, None, "unknown", reason, None)]  # fmt: skip
    assert findings(result) == []
    assert result.invoice_reconciliation["slot_verdict"].to_list() == ["unknown", None], "the total is right"


def test_the_credit_of_an_estimate_counts_in_the_bill_that_settles_it():
    # October estimated at 530 and 152, 30 of them credited: 293 and 337 remain, as without them.
    known = hours().vstack(hours(start=NOVEMBER))
    context = {"known": known, "curves": (*rows(), *rows(start=NOVEMBER)), "month": NOVEMBER,
               "starts": (OCTOBER, NOVEMBER)}  # fmt: skip
    estimated = bill(530.0, 152.0, invoice_number="1", reading_type="Estimé")
    last = bill(293.0, 337.0, invoice_number="3", consumption_start=NOVEMBER, consumption_end=date(2025, 11, 30),
                invoice_date=date(2025, 12, 5))  # fmt: skip
    told = {"origin_number": "1", "reading_type": "Estimé"}
    result = made(estimated, credit(-30.0, 0.0, **told), last, **context)
    assert of_slots(result, "expected_kwh", "verdict") == [
        (pytest.approx(293.0), "matches"), (pytest.approx(337.0), "matches")]  # fmt: skip
    unknown = made(estimated, credit(None, None, kwh=-30.0, **told), last, **context)
    assert of_slots(unknown, "verdict", "reason") == [
        ("unknown", "Une facture estimée que celle-ci régularise est avoirée en partie, et l'avoir ne dit pas de quels "
                    "postes.")] * 2  # fmt: skip
