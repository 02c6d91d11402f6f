import json

import pytest

from energy_pipeline.invoices import total_mismatches
from tests.unit.invoices.rows import invoice_rows

SITE_2 = {
    "detail_id": "0002", "prm": "30001000000002", "energy_eur": 26.53, "capacity_eur": None, "cee_eur": None,
    "cee_precarity_eur": None, "fixed_grid_eur": 46.88, "variable_grid_eur": None, "excl_tax_eur": 73.41,
    "excise_eur": 20.69, "cta_eur": None, "tccfe_eur": None, "tdcfe_eur": None, "total_excl_vat_eur": 94.10,
    "vat_base_reduced_eur": None, "vat_base_normal_eur": None, "vat_reduced_eur": 2.08, "vat_normal_eur": 11.26,
    "total_incl_vat_eur": 107.44,
}  # fmt: skip
SITE_3 = {
    **SITE_2, "detail_id": "0003", "prm": "30001000000003", "energy_eur": 2.68, "fixed_grid_eur": 11.24,
    "excl_tax_eur": 13.92, "excise_eur": 3.51, "total_excl_vat_eur": 17.43, "vat_reduced_eur": 0.65,
    "vat_normal_eur": 1.14, "total_incl_vat_eur": 19.21,
}  # fmt: skip
"""Sites 2 and 3 of the printed bill. Site 2 prints 20,89 € of taxes: its own total and the invoice's header (202,81)
both say 20,69."""


def mismatch(**changes):
    rows = total_mismatches(invoice_rows(changes)).to_dicts()
    assert len(rows) <= 1, "one row per detail, whatever the number of totals that are wrong"
    return rows[0] if rows else None


def test_the_printed_bill_gives_no_finding():
    assert total_mismatches(invoice_rows({}, SITE_2, SITE_3)).is_empty()
    assert mismatch() is None
    assert mismatch(**SITE_3) is None


def test_the_misprint_of_the_second_site_is_seen():
    found = mismatch(**{**SITE_2, "excise_eur": 20.89})
    assert found["failed"] == ["taxes"]
    assert found["amount_eur"] == pytest.approx(-0.20)


def test_a_total_excluding_vat_ten_euros_too_high_that_bases_vat_and_total_follow():
    found = mismatch(
        total_excl_vat_eur=101.28, vat_base_normal_eur=84.32, vat_normal_eur=16.86, total_incl_vat_eur=119.08
    )
    assert found["failed"] == ["taxes"]
    assert (found["printed"], found["recomputed"]) == (101.28, pytest.approx(91.28))
    assert found["amount_eur"] == pytest.approx(10.00)
    assert found["amount_ttc_eur"] == pytest.approx(12.00)


def test_a_total_excluding_vat_alone_is_printed_wrong():
    found = mismatch(total_excl_vat_eur=106.28)
    assert found["failed"] == ["taxes", "bases", "vat"]
    assert (found["amount_eur"], found["amount_ttc_eur"]) == (None, None), "what is to be paid is right"


def test_a_total_including_vat_wrong_by_addition_bears_no_vat():
    found = mismatch(total_incl_vat_eur=127.08)
    assert found["failed"] == ["vat"]
    assert found["amount_eur"] is None
    assert found["amount_ttc_eur"] == pytest.approx(20.01)


def test_an_error_in_the_sum_of_the_parts_carries_through():
    found = mismatch(
        excl_tax_eur=74.89, total_excl_vat_eur=96.28, vat_base_normal_eur=79.32, vat_normal_eur=15.86,
        total_incl_vat_eur=113.08,
    )  # fmt: skip
    assert found["failed"] == ["parts"]
    assert (found["printed"], found["recomputed"]) == (74.89, pytest.approx(69.89))
    assert found["amount_eur"] == pytest.approx(5.00)
    assert found["amount_ttc_eur"] == pytest.approx(6.00)


def test_vat_bases_that_do_not_add_up_have_no_amount():
    found = mismatch(vat_base_normal_eur=94.32)
    assert found["failed"] == ["bases"]
    assert found["amount_eur"] is None
    assert (found["printed"], found["recomputed"]) == (pytest.approx(111.28), 91.28)


@pytest.mark.parametrize(("off", "seen"), [(0.03, False), (0.05, False), (0.06, True), (-0.06, True)])
def test_parts_tolerate_a_cent_each_and_five_at_most(off, seen):
    # Six parts are not zero; the total of the taxes would see an error of more than five cents as well.
    found = mismatch(excl_tax_eur=69.89 + off, total_excl_vat_eur=91.28 + off, vat_base_normal_eur=74.32 + off,
                     total_incl_vat_eur=107.08 + off)  # fmt: skip
    assert (found is not None) is seen


def test_tcfe_may_be_the_total_of_the_local_taxes_or_stand_alone():
    assert mismatch(tcfe_eur=5.63) is None
    assert mismatch(tccfe_eur=None, tdcfe_eur=None, tcfe_eur=5.63) is None
    assert mismatch(tccfe_eur=3.75, tdcfe_eur=None, tcfe_eur=1.88) is None
    assert mismatch(tccfe_eur=None, tdcfe_eur=None, tcfe_eur=15.63)["failed"] == ["taxes"]


def test_absent_columns_are_ignored():
    nothing = dict.fromkeys(("excise_eur", "cta_eur", "tccfe_eur", "tdcfe_eur", "vat_reduced_eur", "vat_normal_eur",
                             "vat_base_reduced_eur", "vat_base_normal_eur"))  # fmt: skip
    assert mismatch(**nothing, total_incl_vat_eur=500.0) is None
    assert mismatch(excl_tax_eur=None) is None
    assert mismatch(excl_tax_eur=None, total_excl_vat_eur=None, total_incl_vat_eur=None) is None


def test_an_amount_of_an_unmapped_column_explains_the_gap():
    extra = json.dumps({"MONTANT VERSEMENT NUCLEAIRE": "4,00", "COMMENTAIRE": "x"})
    follows = {"excl_tax_eur": 73.89, "total_excl_vat_eur": 95.28, "vat_base_normal_eur": 78.32,
               "total_incl_vat_eur": 111.08}  # fmt: skip
    assert mismatch(**follows, extra=extra) is None
    assert mismatch(**follows)["failed"] == ["parts"]


def test_vat_of_a_site_is_indicative_when_the_invoice_adds_up():
    first = {"total_incl_vat_eur": 107.58}
    second = {**SITE_2, "total_incl_vat_eur": 106.94}
    assert total_mismatches(invoice_rows(first, second)).is_empty()
    assert total_mismatches(invoice_rows(first, SITE_2))["detail_id"].to_list() == ["0001"]


def test_registers():
    two = {"tariff_option": "HPHC - CU", "consumption_hp_kwh": 400.0, "consumption_hc_kwh": 166.0}
    assert mismatch(**two) is None
    assert mismatch(**{**two, "consumption_hp_kwh": 399.0, "consumption_hc_kwh": 165.0}) is None, "1 kWh a register"
    found = mismatch(**{**two, "consumption_hc_kwh": 66.0})
    assert (found["failed"], found["printed"], found["recomputed"]) == (["registers"], 566.0, 466.0)
    assert found["amount_eur"] is None
    four = {**two, "consumption_hc_kwh": 66.0, "tariff_option": "CU4"}
    assert mismatch(**four) is None, "the export has no column for the low-season registers"
    assert mismatch(**{**two, "consumption_hc_kwh": 66.0, "extra": '{"CONSO HPB": "100"}'}) is None
    assert mismatch(**{**two, "consumption_hc_kwh": 66.0, "segment": "C4"}) is None
