"""The three sites of the invoice that the supplier prints in its presentation: all right, whatever it rounds.

Printed numbers only; what is not printed stays NULL, and the checks that need it are ignored.
"""

from datetime import date

import polars as pl

from tests.unit.bill_checks import bills
from tests.unit.bill_checks.bills import checked, failed

PRINTED = {
    "file_id": "f", "path": "factures_2021-11.xlsx", "received_at": bills.RECEIVED, "supplier": "TotalEnergies",
    "fluid": "electricity", "invoice_number": "103003547102", "detail_type": "FACTURE", "segment": "C5",
    "invoice_date": date(2021, 11, 1), "due_date": date(2021, 12, 11), "consumption_start": date(2021, 9, 1),
    "consumption_end": date(2021, 10, 31), "subscription_eur": "0.00",
}  # fmt: skip
SITE_1 = PRINTED | {
    "detail_id": "0001", "prm": "30001000000001", "tariff_option": "Base - CU", "subscribed_kva": 6.0,
    "fixed_grid_start": date(2021, 11, 1), "fixed_grid_end": date(2021, 12, 31),
    "energy_eur": "27.81", "capacity_eur": "4.84", "cee_eur": "1.78", "cee_precarity_eur": "0.59",
    "fixed_grid_eur": "13.91", "variable_grid_eur": "20.96", "excl_tax_eur": "69.89", "excise_eur": "12.71",
    "cta_eur": "3.05", "tccfe_eur": "3.75", "tdcfe_eur": "1.88", "total_excl_vat_eur": "91.28",
    "vat_base_reduced_eur": "16.96", "vat_reduced_eur": "0.93", "vat_base_normal_eur": "74.32",
    "vat_normal_eur": "14.86", "total_incl_vat_eur": "107.08", "consumption_kwh": 566.0,
    "consumption_hp_kwh": 566.0, "last_actual_reading_on": date(2021, 10, 16), "reading_type": "Estimé Enedis",
    "start_index_hp": 21844.0, "end_index_hp": 22409.0,
}  # fmt: skip
SITE_2 = PRINTED | {
    "detail_id": "0002", "prm": "30001000000002", "energy_eur": "26.53", "excl_tax_eur": "73.41",
    "vat_normal_eur": "11.26", "vat_reduced_eur": "2.08", "total_incl_vat_eur": "107.44",
}  # fmt: skip
SITE_3 = PRINTED | {
    "detail_id": "0003", "prm": "30001000000003", "energy_eur": "2.68", "excl_tax_eur": "13.92",
    "vat_normal_eur": "1.14", "vat_reduced_eur": "0.65", "total_incl_vat_eur": "19.21",
}  # fmt: skip
OCTOBER = date(2021, 10, 1)


def value(made: pl.DataFrame, name: str, column: str) -> float:
    return made.filter((pl.col("check_name") == name) & (pl.col("detail_id") == "0001"))[column][0]


def test_the_printed_sites_are_right():
    made = checked(SITE_1, SITE_2, SITE_3, month=OCTOBER, listed=bills.no_sites())
    assert failed(made) == {}
    assert made["detail_id"].n_unique() == 3


def test_the_printed_regulated_prices_are_reproduced():
    """13,91 printed for 13,915; 20,96 and 12,71 are those of 565 kWh, 566 being displayed; CTA 3,0516."""
    made = checked(SITE_1, SITE_2, SITE_3, month=OCTOBER, listed=bills.no_sites())
    for name, expected, tolerance in (
        ("fixed_grid_amount", 13.915, 0.005),
        ("variable_grid_amount", 566 * 0.0371, 0.005),
        ("excise_amount", 566 * 0.0225, 0.005),
        ("cta_amount", 3.05, 0.005),
    ):
        assert bills.decision(made, name) == ("valid", None)
        assert abs(value(made, name, "expected") - expected) < tolerance
    assert bills.decision(made, "index_difference") == ("valid", None)


def test_the_printed_single_invoice_has_the_right_vat():
    """The invoice as a whole: 66,51 € at 5,5 % and 136,30 € at 20 %, for 1 036 kWh."""
    whole = PRINTED | {
        "detail_id": "0001", "prm": "30001000000001", "energy_eur": "64.23", "excise_eur": "23.31", "cta_eur": "11.96",
        "tccfe_eur": "6.88", "tdcfe_eur": "3.44", "total_excl_vat_eur": "202.81", "vat_base_reduced_eur": "66.51",
        "vat_reduced_eur": "3.66", "vat_base_normal_eur": "136.30", "vat_normal_eur": "27.26",
        "total_incl_vat_eur": "233.73", "consumption_kwh": 1036.0,
    }  # fmt: skip
    made = checked(whole, month=OCTOBER, listed=bills.no_sites())
    assert failed(made) == {}
    for name in ("excise_amount", "reduced_vat_amount", "normal_vat_amount"):
        assert bills.decision(made, name) == ("valid", None)


def test_an_error_of_one_euro_in_the_printed_bill_is_found():
    wrong = SITE_1 | {"excise_eur": "13.71"}
    # 566 kWh × 0,0225 = 12,735
    assert failed(checked(wrong, SITE_2, SITE_3, month=OCTOBER, listed=bills.no_sites())) == {
        "excise_amount": ("invalid", "0.98", "1.17")
    }
