"""Exports of other suppliers have fewer columns: what a supplier never says accuses nobody."""

from tests.unit.bill_checks.bills import AUGUST, SEPTEMBER, checked, failed

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
