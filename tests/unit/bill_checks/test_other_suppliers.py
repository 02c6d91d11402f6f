"""Exports of other suppliers have fewer columns: what a supplier never says accuses nobody."""

import pytest

from tests.unit.bill_checks.bills import AUGUST, SEPTEMBER, checked, failed

FIXED = "montant de la part fixe de l'acheminement"
DATES = [f"{pair}_{end}" for pair in ("subscription", "fixed_grid") for end in ("start", "end")]


def test_a_pair_of_dates_that_no_bill_of_the_supplier_has_is_not_missing():
    without = dict.fromkeys(DATES)
    both = [row | without | {"supplier": "EDF", "invoice_number": number}
            for row, number in ((SEPTEMBER, "1"), (SEPTEMBER | {"prm": "30001000000009"}, "2"))]  # fmt: skip
    assert "period_missing" not in failed(checked(*both))
    some = [both[0], both[1] | {name: SEPTEMBER[name] for name in DATES}]
    assert "period_missing" in failed(checked(*some)), "its other bills have them"


def test_the_index_of_one_register_of_two_proves_nothing():
    indexes = {"start_index_hp": 1000.0, "end_index_hp": 1600.0}
    two = indexes | {"consumption_hp_kwh": 600.0, "consumption_hc_kwh": 400.0}
    made = checked(AUGUST, SEPTEMBER | two)
    row = made.filter(check_name="index_difference", invoice_number=SEPTEMBER["invoice_number"]).row(0, named=True)
    assert (row["decision"], row["reason"]) == ("ignored", "Index de certains cadrans absents de l'export.")
    assert "index_difference" in failed(checked(AUGUST, SEPTEMBER | indexes)), "one register, one index: 400 kWh more"


@pytest.mark.parametrize(
    ("layout", "said"),
    [
        ("totalenergies_invoices_electricity_2023", "MONTANT CTA, MONTANT ACHEMINEMENT FIXE"),
        # Nine columns make its fixed part.
        ("edf_invoices_2026", f"contrib_tarifaire_achem_elec_euros, {FIXED}"),
        ("edf_invoices_sites_2023", f"CT, {FIXED}"),
        ("engie_invoices_electricity_2023", f"Total CTA Elec, {FIXED}"),
        ("engie_invoices_electricity_2026", "Total CTA Elec (€), Total part fixe acheminement (€)"),
        (None, f"montant de la CTA, {FIXED}"),
        ("of_a_later_version", f"montant de la CTA, {FIXED}"),
    ],
)
def test_what_is_absent_is_called_as_the_file_calls_it(layout, said):
    made = checked(AUGUST, SEPTEMBER | {"layout": layout, "cta_eur": None, "fixed_grid_eur": None})
    row = made.filter(check_name="cta_amount", invoice_number=SEPTEMBER["invoice_number"]).row(0, named=True)
    assert (row["decision"], row["reason"]) == ("ignored", f"Absent de l'export : {said}.")


def test_the_energy_billed_is_the_total_of_the_export():
    made = checked(AUGUST, SEPTEMBER | {"layout": "engie_invoices_electricity_2026", "consumption_kwh": None,
                                        "consumption_hp_kwh": None})  # fmt: skip
    row = made.filter(check_name="excise_amount", invoice_number=SEPTEMBER["invoice_number"]).row(0, named=True)
    assert row["reason"] == "Absent de l'export : Consommation (kWh)."
