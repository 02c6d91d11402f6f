"""Regulated prices: options, conventions, changes of rate, participants, categories. Amounts computed by hand."""

import time
from datetime import date, timedelta

import polars as pl
import pytest

from tests.unit.bill_checks import bills
from tests.unit.bill_checks.bills import AUGUST, SEPTEMBER, checked, decision, failed


def september(**changes: object) -> dict[str, object]:
    return SEPTEMBER | changes


@pytest.mark.parametrize(
    ("option", "registers", "fixed", "variable"),
    [
        # LU, 12 kVA: (38,80 + 1 117,56) × 31 / 365 = 98,21; 1 000 × 1,25 c€
        ("Base", (1000, None), "98.21", "12.50"),
        ("LU", (1000, None), "98.21", "12.50"),
        # MUDT: (38,80 + 161,88) × 31 / 365 = 17,04; 600 × 4,94 + 400 × 3,50 c€
        ("Heures pleines / heures creuses", (600, 400), "17.04", "43.64"),
        ("BTINFMUDT", (600, 400), "17.04", "43.64"),
        # CU4: (38,80 + 121,32) × 31 / 365 = 13,60; winter 300 × 7,49 + 100 × 3,97 c€, the rest between 1,16 and 1,66
        ("BTINFCU4", (300, 100), "13.60", "35.30"),
        # MU4: (38,80 + 145,44) × 31 / 365 = 15,65; yearly registers: between 600 × 1,61 + 400 × 1,11 and the winter's
        ("4 plages", (600, 400), "15.65", "14.10"),
        ("MU4", (600, 400), "15.65", "56.90"),
    ],
)
def test_each_option_has_its_grid(option, registers, fixed, variable):
    cta = f"{float(fixed) * 0.2193:.2f}"
    row = september(tariff_option=option, fixed_grid_eur=fixed, variable_grid_eur=variable, cta_eur=cta,
                    consumption_hp_kwh=float(registers[0]),
                    consumption_hc_kwh=None if registers[1] is None else float(registers[1]))  # fmt: skip
    assert failed(checked(row, listed=bills.no_sites())) == {}


def test_the_option_of_the_fixed_part_holds_for_the_variable_part():
    """« Base » may be CU or LU; the fixed part is that of CU, the variable part that of LU: 12,50 for 48,40."""
    made = checked(AUGUST, september(variable_grid_eur="12.50"), listed=bills.no_sites())
    assert failed(made) == {"variable_grid_amount": ("invalid", "-35.90", "-43.08")}


def test_an_amount_beyond_the_bounds_of_an_unknown_split_is_measured_from_the_nearest():
    """MUDT without registers: between 35,00 and 49,40."""
    row = september(tariff_option="MUDT", fixed_grid_eur="17.04", cta_eur="3.74", consumption_hp_kwh=None)
    for amount in ("35.00", "42.00", "49.40"):
        assert failed(checked(row | {"variable_grid_eur": amount}, listed=bills.no_sites())) == {}
    made = checked(row | {"variable_grid_eur": "60.00"}, listed=bills.no_sites())
    assert failed(made) == {"variable_grid_amount": ("invalid", "10.60", "12.72")}


@pytest.mark.parametrize("fixed", ["14.58", "14.30", "14.53", "14.62"])
def test_days_or_twelfths_and_a_few_cents_are_right(fixed):
    """171,64 / 12 = 14,30; 5 cents for three lines."""
    row = september(fixed_grid_eur=fixed, cta_eur=f"{float(fixed) * 0.2193:.2f}")
    assert failed(checked(row)) == {}


def test_a_leap_year_may_have_366_days():
    """January 2024, C5 CU, 12 kVA: (15,48 + 19,92 + 12 × 9,96) × 31 / 366 = 13,12. VAT 5,5 % on 5,00 + 13,12 + 2,88."""
    row = september(
        invoice_date=date(2024, 1, 4), consumption_start=date(2023, 12, 1), consumption_end=date(2023, 12, 31),
        subscription_start=date(2024, 1, 1), subscription_end=date(2024, 1, 31), fixed_grid_start=date(2024, 1, 1),
        fixed_grid_end=date(2024, 1, 31), fixed_grid_eur="13.12", cta_eur="2.88", variable_grid_eur="43.70",
        excise_eur="1.00", vat_base_reduced_eur="21.00", vat_reduced_eur="1.16", last_actual_reading_on=None,
    )  # fmt: skip
    made = checked(row, month=date(2023, 12, 1), listed=bills.no_sites())
    assert failed(made) == {}
    assert decision(made, "fixed_grid_amount") == ("valid", None)
    # 24,00 at the reduced rate where 21,00 may bear it: 3,00 × 14,5 % of VAT lack.
    wrong = row | {"vat_base_reduced_eur": "24.00", "vat_reduced_eur": "1.32"}
    assert failed(checked(wrong, month=date(2023, 12, 1), listed=bills.no_sites())) == {
        "reduced_vat_base": ("review", None, "-0.44")
    }


def test_a_table_that_lacks_is_said_and_nothing_else():
    """Fixed part of August 2026, consumption of July: only the fixed part cannot be judged."""
    row = september(
        invoice_date=date(2026, 8, 4), consumption_start=date(2026, 7, 1), consumption_end=date(2026, 7, 31),
        subscription_start=date(2026, 8, 1), subscription_end=date(2026, 8, 31), fixed_grid_start=date(2026, 8, 1),
        fixed_grid_end=date(2026, 8, 31), fixed_grid_eur="99.00", cta_eur="14.85", excise_eur="30.85",
        last_actual_reading_on=date(2026, 7, 31),
    )  # fmt: skip
    made = checked(row, month=date(2026, 7, 1))
    assert failed(made) == {}
    assert decision(made, "fixed_grid_amount") == ("ignored", "Barème manquant : TURPE C5 au 01/08/2026.")
    assert decision(made, "variable_grid_amount") == ("valid", None)


def test_nothing_is_known_of_the_higher_voltages():
    made = checked(september(segment="C2", tariff_option="HTA CU", subscribed_kva=300.0, excise_eur="25.79"),
                   listed=bills.no_sites())  # fmt: skip
    assert failed(made) == {}
    assert decision(made, "fixed_grid_amount")[1].startswith("Barème manquant")


STRADDLING = september(
    consumption_start=date(2025, 7, 16), consumption_end=date(2025, 8, 14), invoice_date=date(2025, 8, 20),
    last_actual_reading_on=date(2025, 8, 14), variable_grid_eur="48.88", excise_eur="31.96",
    fixed_grid_start=date(2025, 7, 16), fixed_grid_end=date(2025, 8, 14), fixed_grid_eur="14.26", cta_eur="3.13",
    subscription_start=date(2025, 7, 16), subscription_end=date(2025, 8, 14),
    vat_base_reduced_eur="11.94", vat_reduced_eur="0.66",
)  # fmt: skip
"""16 days of July, 14 of August. Accise 1 000 × (16 × 33,70 + 14 × 29,98) / 30 = 31,96; variable part 16 days at 4,93
and 14 at 4,84 = 48,88; fixed (174,72 × 16 + 171,64 × 14) / 365 = 14,24, printed 14,26; CTA 3,13;
reduced VAT on (5,00 + 14,26 + 3,13) × 16 / 30 = 11,94."""


def test_a_bill_that_straddles_a_change_is_shared_by_days():
    assert failed(checked(STRADDLING, month=date(2025, 8, 1), listed=bills.no_sites())) == {}


def test_the_real_quantities_of_each_side_may_differ_a_little_from_the_days():
    """60 % of the kWh before the change, for 53,3 % of the days: 1 000 × (0,6 × 33,70 + 0,4 × 29,98) = 32,21."""
    nearby = STRADDLING | {"excise_eur": "32.21"}
    assert failed(checked(nearby, month=date(2025, 8, 1), listed=bills.no_sites())) == {}


def test_the_former_rate_over_a_whole_straddling_bill_is_found():
    wrong = STRADDLING | {"excise_eur": "33.70"}
    # 33,70 - 31,964
    assert failed(checked(wrong, month=date(2025, 8, 1), listed=bills.no_sites())) == {
        "excise_amount": ("invalid", "1.74", "2.08")
    }


def test_the_network_is_due_on_what_a_participant_draws():
    """1 000 kWh billed, 1 500 drawn: 72,60; the kWh billed only, 48,40, is also a base. 60,00 is neither."""
    for amount, base in (("72.60", "consommation physique"), ("48.40", "kWh facturés")):
        made = checked(AUGUST, september(variable_grid_eur=amount), curves=bills.reconciled())
        assert failed(made) == {}
        row = made.filter(check_name="variable_grid_amount").row(0, named=True)
        assert base in row["method"]
        assert row["base"] == {"consommation physique": "total", "kWh facturés": "complement"}[base]
    made = checked(AUGUST, september(variable_grid_eur="80.60"), curves=bills.reconciled())
    assert failed(made) == {"variable_grid_amount": ("invalid", "8.00", "9.60")}


def test_the_shared_kwh_of_two_slots_are_bounded():
    """HP 600 and HC 400 billed, 500 shared: between 43,64 + 17,50 and 43,64 + 24,70."""
    row = september(tariff_option="MUDT", fixed_grid_eur="17.04", cta_eur="3.74", consumption_hp_kwh=600.0,
                    consumption_hc_kwh=400.0)  # fmt: skip
    listed = bills.sites(tariff_option="BTINFMUDT")
    for amount in ("61.14", "65.00", "68.34"):
        made = checked(row | {"variable_grid_eur": amount}, curves=bills.reconciled(), listed=listed)
        assert failed(made) == {}
    made = checked(row | {"variable_grid_eur": "70.34"}, curves=bills.reconciled(), listed=listed)
    assert failed(made) == {"variable_grid_amount": ("invalid", "2.00", "2.40")}


def test_slots_that_are_contested_say_nothing_of_the_network():
    """HP and HC inverted: the network, due on the right slots, is no second error."""
    row = september(tariff_option="MUDT", fixed_grid_eur="17.04", cta_eur="3.74", variable_grid_eur="75.00",
                    consumption_hp_kwh=400.0, consumption_hc_kwh=600.0)  # fmt: skip
    listed = bills.sites(tariff_option="BTINFMUDT")
    assert set(failed(checked(row, curves=bills.reconciled(), listed=listed))) == {"variable_grid_amount"}
    made = checked(row, curves=bills.reconciled(slot_verdict="differs"), listed=listed)
    assert failed(made) == {}
    assert "Postes contestés" in decision(made, "variable_grid_amount")[1]


def test_the_self_consumption_option_of_the_network_tariff():
    """CU4 with the ACC option: (21,27 + 22,00 + 12 × 10,11) × 31 / 365 = 13,98; complement 1 000 kWh in the winter
    slots billed, 300 × 7,52 + 700 × 4,03 c€ = 50,77; shared 500 between 0,49 and 2,86 c€."""
    row = september(tariff_option="BTINFCU4", fixed_grid_eur="13.98", cta_eur="3.07", variable_grid_eur="58.00",
                    consumption_hp_kwh=300.0, consumption_hc_kwh=700.0)  # fmt: skip
    listed = bills.sites(tariff_option="BTINFCU4")
    made = checked(row, curves=bills.reconciled(), listed=listed)
    assert failed(made) == {}
    assert "CU4 ACC" in made.filter(check_name="fixed_grid_amount")["method"][0]
    grid = made.filter(pl.col("check_name").is_in(["fixed_grid_amount", "variable_grid_amount"]))
    assert grid["grid_option"].to_list() == ["C5/CU4_ACC", "C5/CU4_ACC"]
    # A point that shares nothing has no such option: 13,98 for 13,60.
    assert failed(checked(row | {"variable_grid_eur": "35.00"}, listed=listed)) == {
        "fixed_grid_amount": ("invalid", "0.38", "0.46")
    }


def test_the_base_of_each_part_is_told_even_where_the_kwh_are_contested():
    """1 500 kWh billed and drawn: accise 1 500 × 29,98 €/MWh; network 72,60. Then the accise of 1 000 kWh only."""
    drawn = september(consumption_kwh=1500.0, consumption_hp_kwh=1500.0, excise_eur="44.97", variable_grid_eur="72.60")
    curves = bills.reconciled(billed_kwh=1500.0, verdict="self_consumption_not_deducted", energy_base="total")
    for changes, expected in (({}, "total"), ({"excise_eur": "29.98"}, "complement")):
        made = checked(AUGUST, drawn | changes, curves=curves)
        bases = dict(made.filter(pl.col("base").is_not_null()).select("check_name", "base").iter_rows())
        assert bases == {"excise_amount": expected, "variable_grid_amount": "total"}
    by_index = september(variable_grid_eur="72.60", **INDEXES)
    made = checked(AUGUST, by_index, curves=NO_OPERATION, are_curves_known=False)
    assert made.filter(check_name="variable_grid_amount")["base"].to_list() == ["index"]
    neither = checked(AUGUST, september(variable_grid_eur="80.60"), curves=bills.reconciled())
    assert neither.filter(check_name="variable_grid_amount").select("base", "grid_option").rows() == [(None, None)]


def test_a_contested_quantity_stops_the_prices_that_depend_on_it():
    curves = bills.reconciled(verdict="self_consumption_not_deducted")
    made = checked(AUGUST, september(excise_eur="50.00", variable_grid_eur="90.00"), curves=curves)
    assert failed(made) == {}
    assert "courbes" in decision(made, "excise_amount")[1]
    two = september(consumption_kwh=1200.0, consumption_hp_kwh=1000.0, excise_eur="50.00")
    assert failed(checked(AUGUST, two)) == {}
    assert "cadrans" in decision(checked(AUGUST, two), "excise_amount")[1]


def test_a_participant_without_curves_is_not_judged_on_the_network():
    curves = bills.reconciled(consumption_kwh=None, self_consumption_kwh=None, complement_kwh=None, expected_kwh=None,
                              verdict="no_curve")  # fmt: skip
    made = checked(AUGUST, september(variable_grid_eur="72.60"), curves=curves)
    assert failed(made) == {}
    unseen = ("ignored", "Site participant à une opération, courbes absentes.")
    assert decision(made, "variable_grid_amount") == unseen
    # 1 500 kWh drawn, of which the accise may be due, and the kWh of the indexes, are not known either.
    more = september(variable_grid_eur="72.60", excise_eur="44.97", start_index_hp=5000.0, end_index_hp=6400.0)
    judged = checked(AUGUST, more, curves=curves)
    assert failed(judged) == {}
    assert {decision(judged, name) for name in ("variable_grid_amount", "index_difference", "excise_amount")} == {
        unseen
    }
    # What the kWh billed explain is right all the same, and too little is too little.
    assert decision(checked(AUGUST, SEPTEMBER, curves=curves), "variable_grid_amount") == ("valid", None)
    assert failed(checked(AUGUST, september(excise_eur="20.00"), curves=curves))["excise_amount"][0] == "invalid"


NO_OPERATION = bills.reconciled(
    operation_id=None, consumption_kwh=None, self_consumption_kwh=None, complement_kwh=None, expected_kwh=None,
    verdict="no_curve", is_participant=None, energy_base=None,
)  # fmt: skip
INDEXES = {"start_index_hp": 5000.0, "end_index_hp": 6500.0}


OTHER_OPERATION = pl.concat(
    [NO_OPERATION, bills.reconciled(invoice_number="100012509999", prm="30001000000099")]
)  # fmt: skip
"""The perimeter of one operation came; that of another, whose the site may be, has not."""


@pytest.mark.parametrize(
    "curves",
    [NO_OPERATION, OTHER_OPERATION, None],
    ids=["no perimeter", "perimeter of another operation", "no reconciliation"],
)
def test_bills_that_come_before_any_perimeter_are_not_claimed(curves):
    """1 000 kWh billed, 1 500 by the indexes: the supplier may rightly have deducted 500 kWh of self-consumption."""
    for changes in ({"variable_grid_eur": "72.60"}, {"variable_grid_eur": "90.00"}, {"excise_eur": "44.97"}):
        made = checked(AUGUST, september(**changes, **INDEXES), curves=curves, are_curves_known=False)
        assert failed(made) == {"index_difference": ("review", None, None)}
        (finding,) = bills.findings(made).to_dicts()
        assert (finding["severity"], finding["amount_eur"]) == ("warning", None)
    # The index of the second register is not told: the first one alone shows more kWh than are billed.
    slots = september(variable_grid_eur="90.00", consumption_hp_kwh=600.0, consumption_hc_kwh=400.0, **INDEXES)
    assert failed(checked(AUGUST, slots, curves=curves, are_curves_known=False)) == {
        "variable_grid_amount": ("review", None, None)
    }


def test_without_any_perimeter_what_the_indexes_contradict_is_claimed():
    """900 kWh by the indexes: 100 kWh too many, at 110,73 € for 1 000; and 80,60 € for 48,40 of network."""
    more = september(**INDEXES | {"end_index_hp": 5900.0})
    assert failed(checked(AUGUST, more, curves=NO_OPERATION)) == {"index_difference": ("invalid", "11.07", "13.29")}
    right = september(variable_grid_eur="80.60", **INDEXES | {"end_index_hp": 6000.0})
    assert failed(checked(AUGUST, right, curves=NO_OPERATION)) == {
        "variable_grid_amount": ("invalid", "32.20", "38.64")
    }


def test_without_curves_at_all_more_than_the_kwh_billed_is_to_review():
    made = checked(AUGUST, september(variable_grid_eur="72.60"), are_curves_known=False)
    assert failed(made) == {"variable_grid_amount": ("review", None, None)}


@pytest.mark.parametrize(("excise", "category"), [("29.98", "ménages et assimilés"), ("25.79", "PME")])
def test_a_public_body_above_36_kva_may_have_either_rate_and_it_is_said(excise, category):
    c4 = september(segment="C4", tariff_option="4 plages", subscribed_kva=48.0, fixed_grid_eur="114.35",
                   cta_eur="25.08", variable_grid_eur="30.00", consumption_hp_kwh=None, excise_eur=excise)  # fmt: skip
    made = checked(c4, listed=bills.no_sites())
    assert failed(made) == {}
    assert category in made.filter(check_name="excise_amount")["method"][0]
    # Up to 36 kVA there is one rate: PME is 4,19 too low.
    if category == "PME":
        assert failed(checked(AUGUST, september(excise_eur=excise))) == {"excise_amount": ("invalid", "-4.19", "-5.03")}


def test_a_c4_bill_that_differs_is_to_review_for_its_four_powers():
    c4 = september(segment="C4", tariff_option="4 plages", subscribed_kva=48.0, fixed_grid_eur="120.35",
                   cta_eur="26.39", variable_grid_eur="30.00", consumption_hp_kwh=None)  # fmt: skip
    assert failed(checked(c4, listed=bills.no_sites())) == {"fixed_grid_amount": ("review", "6.00", "7.20")}


def test_a_network_billed_elsewhere_is_no_error():
    row = september(fixed_grid_eur="0.00", variable_grid_eur="0.00", cta_eur="0.00")
    made = checked(AUGUST, row)
    assert failed(made) == {}
    assert "contrat" in decision(made, "cta_amount")[1]


def test_the_indicative_vat_of_a_site_does_not_alarm():
    """Two details: 3 € of VAT more on one, less on the other. The invoice is right."""
    one = september(vat_normal_eur="45.38")
    two = september(detail_id="0002", prm="30001000000002", vat_normal_eur="39.38", energy_eur="100.01")
    assert failed(checked(AUGUST, one, two)) == {}


def test_one_kwh_and_one_cent_do_not_alarm():
    row = september(consumption_kwh=1001.0, variable_grid_eur="48.41", excise_eur="29.97", cta_eur="3.21",
                    fixed_grid_eur="14.59", vat_normal_eur="42.39")  # fmt: skip
    assert failed(checked(AUGUST, row)) == {}


def test_a_year_of_300_sites_is_checked_in_seconds():
    months = [date(2025, n, 1) for n in range(1, 13)]
    rows = []
    for month in months:
        last = (month + timedelta(days=31)).replace(day=1) - timedelta(days=1)
        moved = {"consumption_start": month, "consumption_end": last, "invoice_date": last + timedelta(days=4)}
        rows += [SEPTEMBER | moved | {"invoice_number": f"1{month:%y%m}", "detail_id": f"{n:04d}",
                                      "prm": f"30001{n:09d}"} for n in range(300)]  # fmt: skip
    frame = bills.details(*rows)
    from energy_pipeline.bill_checks import check_bills

    listed = bills.no_sites()
    start = time.perf_counter()
    made = [check_bills(frame, listed, month) for month in months]
    assert sum(month.height for month in made) > 3600 * 40
    assert time.perf_counter() - start < 30
