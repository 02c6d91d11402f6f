"""A right bill gives nothing; a bill with exactly one error gives exactly its finding, with euros computed by hand."""

import json
from datetime import date
from decimal import Decimal

import polars as pl
import pytest

from tests.unit.bill_checks import bills
from tests.unit.bill_checks.bills import AUGUST, MONTH, SEPTEMBER, checked, failed

WARNING = ("review", None, None)
ERROR = ("invalid", None, None)


INDEXES = {"start_index_hp": 5000.0, "end_index_hp": 6000.0}


def test_right_bills_give_no_finding():
    made = checked(AUGUST, SEPTEMBER)
    assert failed(made) == {}
    assert made.filter(pl.col("decision") == "valid").height >= 30
    assert made.filter((pl.col("decision") == "ignored") & pl.col("reason").is_null()).is_empty()


def test_only_the_month_is_judged():
    assert set(checked(AUGUST, SEPTEMBER)["invoice_number"]) == {"100012509001"}
    assert checked(AUGUST, SEPTEMBER, month=date(2025, 10, 1)).is_empty()


@pytest.mark.parametrize(
    ("check", "changes", "outcome"),
    [
        ("invoice_date_missing", {"invoice_date": None}, WARNING),
        ("invoice_total_missing", {"total_incl_vat_eur": None}, WARNING),
        ("grouping_missing", {"grouping": None}, WARNING),
        ("siret_invalid", {"chorus_siret": "99900101900011"}, WARNING),
        ("period_missing", {"consumption_start": None}, WARNING),
        ("period_missing", {"fixed_grid_end": None}, WARNING),
        ("period_reversed", {"fixed_grid_start": date(2025, 11, 30)}, ERROR),
        ("issued_before_end", {"invoice_date": date(2025, 9, 29), "last_actual_reading_on": date(2025, 9, 28)},
         WARNING),
        ("period_length", {"consumption_end": date(2025, 9, 20)}, WARNING),
        ("gap_subscription", {"subscription_start": date(2025, 10, 4)}, WARNING),
        ("gap_consumption", {"consumption_start": date(2025, 9, 4)}, WARNING),
        # 7 days of 37 are common: 5,00 × 7 / 37 = 0,95
        ("overlap_subscription", {"subscription_start": date(2025, 9, 24), "subscription_end": date(2025, 10, 30)},
         ("invalid", "0.95", "1.14")),
        ("overlap_consumption", {"consumption_start": date(2025, 8, 29)}, WARNING),
        ("late_invoice", {"invoice_date": date(2025, 11, 1)}, WARNING),
        ("negative_quantity", {"consumption_kwh": -1000.0, "consumption_hp_kwh": -1000.0}, WARNING),
        # 1 100 kWh billed, 1 000 on the meter; a kWh costs 110,73 / 1 100: 100 kWh = 10,07
        ("index_difference", {"consumption_kwh": 1100.0, "consumption_hp_kwh": 1100.0, **INDEXES},
         ("invalid", "10.07", "12.08")),
        ("actual_reading_outside_period", {"last_actual_reading_on": date(2025, 8, 20)}, WARNING),
        ("no_actual_reading", {"last_actual_reading_on": date(2024, 9, 29), "reading_type": "Estimé"}, WARNING),
        # 12 kVA × 720 h = 8 640 kWh at most
        ("above_power", {"consumption_kwh": 10000.0, "consumption_hp_kwh": 10000.0}, ERROR),
        ("negative_amount", {"energy_eur": "-100.00"}, WARNING),
        ("zero_amount", {"energy_eur": "0.00"}, WARNING),
        ("subscription_above_energy", {"subscription_eur": "100.01"}, WARNING),
        ("segment_differs", {"segment": "C4"}, WARNING),
        ("option_differs", {"tariff_option": "Heures pleines / heures creuses", "variable_grid_eur": "49.40",
                            "fixed_grid_eur": "17.04", "cta_eur": "3.74"}, WARNING),
        # 171,64 - 12 × 11,07 + 9 × 11,07 = 138,43 × 31 / 365 = 11,76; CTA 2,58
        ("power_differs", {"subscribed_kva": 9.0, "fixed_grid_eur": "11.76", "cta_eur": "2.58"}, WARNING),
        # (38,80 + 42 × 11,07) × 31 / 365 = 42,78; CTA 9,38
        ("power_out_of_range", {"subscribed_kva": 42.0, "fixed_grid_eur": "42.78", "cta_eur": "9.38"}, ERROR),
        ("fixed_grid_amount", {"fixed_grid_eur": "24.58", "cta_eur": "5.39"}, ("invalid", "10.00", "12.00")),
        ("fixed_grid_amount", {"fixed_grid_eur": "12.58", "cta_eur": "2.76"}, ("invalid", "-2.00", "-2.40")),
        ("variable_grid_amount", {"variable_grid_eur": "51.50"}, ("invalid", "3.10", "3.72")),
        # The rate of before August, 4,93 c€: 0,90 € too much
        ("variable_grid_amount", {"variable_grid_eur": "49.30"}, ("invalid", "0.90", "1.08")),
        # 27,04 % instead of 21,93 %: 3,94 - 3,1974
        ("cta_amount", {"cta_eur": "3.94"}, ("invalid", "0.74", "0.89")),
        # The rate of before August: 33,70 - 29,98
        ("excise_amount", {"excise_eur": "33.70"}, ("invalid", "3.72", "4.46")),
        ("excise_amount", {"excise_eur": "0.00"}, ("invalid", "-29.98", "-35.98")),
        ("tccfe_after_end", {"tccfe_eur": "6.63"}, ("invalid", "6.63", "7.96")),
        ("tdcfe_after_end", {"tdcfe_eur": "3.32"}, ("invalid", "3.32", "3.98")),
        ("tcfe_after_end", {"tcfe_eur": "9.95"}, ("invalid", "9.95", "11.94")),
        # 22,78 € at 5,5 % instead of 20 %: 3,30 € of VAT lack
        ("reduced_vat_after_reform", {"vat_base_reduced_eur": "22.78", "vat_reduced_eur": "1.25"},
         ("invalid", None, "-3.30")),
        ("reduced_vat_amount", {"vat_reduced_eur": "1.00"}, ("invalid", None, "1.00")),
        ("normal_vat_amount", {"vat_normal_eur": "43.38"}, ("invalid", None, "1.00")),
    ],
)  # fmt: skip
def test_one_error_gives_exactly_its_finding(check, changes, outcome):
    assert failed(checked(AUGUST, SEPTEMBER | changes)) == {check: outcome}


def test_an_overlap_of_the_fixed_part_claims_the_common_days():
    """Fixed part from 24 September to 30 October, 37 days of which 7 are billed already.

    171,64 × 37 / 365 = 17,40; CTA 3,82. Common: (17,40 + 3,82) × 7 / 37 = 4,01.
    """
    changes = {"fixed_grid_start": date(2025, 9, 24), "fixed_grid_end": date(2025, 10, 30), "fixed_grid_eur": "17.40",
               "cta_eur": "3.82"}  # fmt: skip
    assert failed(checked(AUGUST, SEPTEMBER | changes)) == {"overlap_fixed_grid": ("invalid", "4.01", "4.82")}


def test_a_gap_of_the_fixed_part():
    """Fixed part from 6 October: 171,64 × 26 / 365 = 12,23; CTA 2,68."""
    changes = {"fixed_grid_start": date(2025, 10, 6), "fixed_grid_eur": "12.23", "cta_eur": "2.68"}
    assert failed(checked(AUGUST, SEPTEMBER | changes)) == {"gap_fixed_grid": WARNING}


# Of August and September, the three pairs of the same dates; fixed part from 6 September: 171,64 × 25 / 365 = 11,76.
FIXED_OF_AUGUST = {"fixed_grid_start": date(2025, 8, 1), "fixed_grid_end": date(2025, 8, 31)}
SAME_DATES = AUGUST | FIXED_OF_AUGUST | {"subscription_start": date(2025, 8, 1), "subscription_end": date(2025, 8, 31)}
SEPTEMBER_ENDS = {"subscription_end": date(2025, 9, 30), "fixed_grid_end": date(2025, 9, 30)}
FROM_THE_6TH = {"consumption_start": date(2025, 9, 6), "subscription_start": date(2025, 9, 6),
                "fixed_grid_start": date(2025, 9, 6), "fixed_grid_eur": "11.76", "cta_eur": "2.58"}  # fmt: skip


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({}, {"gap_consumption": "Mêmes jours pour : abonnement, acheminement fixe."}),
        ({"subscription_start": date(2025, 9, 1)}, {"gap_consumption": "Mêmes jours pour : acheminement fixe."}),
        ({"consumption_start": date(2025, 9, 1)}, {"gap_subscription": "Mêmes jours pour : acheminement fixe."}),
        ({"subscription_start": date(2025, 9, 7)},
         {"gap_consumption": "Mêmes jours pour : acheminement fixe.", "gap_subscription": ""}),
        # A gap that its own pair is let have (two days) hides no other.
        ({"consumption_start": date(2025, 9, 3), "subscription_start": date(2025, 9, 3)}, {"gap_fixed_grid": ""}),
    ],
)  # fmt: skip
def test_a_gap_that_several_pairs_have_is_told_once_with_their_names(changes, told):
    made = checked(SAME_DATES, SEPTEMBER | SEPTEMBER_ENDS | FROM_THE_6TH | changes)
    gaps = made.filter(pl.col("check_name").str.starts_with("gap_") & pl.col("decision").is_in(["invalid", "review"]))
    start = "La facture précédente va jusqu'au 31/08/2025."
    assert dict(gaps.select("check_name", "method").iter_rows()) == {
        name: f"{start} {words}".rstrip() for name, words in told.items()
    }
    assert failed(made).keys() == told.keys()
    untold = made.filter(pl.col("check_name").str.starts_with("gap_") & (pl.col("decision") == "ignored"))
    assert all(reason.startswith("Trou dit avec celui des dates de : ") for reason in untold["reason"])


@pytest.mark.parametrize("days", [1, 2])
def test_two_days_between_two_bills_are_no_gap_and_no_overlap(days):
    later = {"consumption_start": date(2025, 9, 1 + days), "subscription_start": date(2025, 10, 1 + days)}
    assert failed(checked(AUGUST, SEPTEMBER | later)) == {}
    earlier = {"consumption_start": date(2025, 9, 1).replace(month=8, day=32 - days)}
    assert failed(checked(AUGUST, SEPTEMBER | earlier)) == {}


def test_a_bill_without_point_is_named():
    made = checked(AUGUST, SEPTEMBER | {"prm": None})
    assert failed(made) == {"prm_invalid": ERROR}


def test_the_same_bill_under_another_number_is_owed_once():
    again = SEPTEMBER | {"invoice_number": "100012509777", "invoice_date": date(2025, 10, 10)}
    made = checked(AUGUST, SEPTEMBER, again)
    assert failed(made) == {"duplicate_bill": ("invalid", "211.89", "254.27")}
    assert bills.findings(made)["invoice_number"].to_list() == ["100012509777"]
    assert bills.decision(made, "overlap_consumption")[0] in {"valid", "ignored"}


def test_of_a_bill_not_due_at_all_no_euro_is_claimed_twice():
    """The second bill repeats the accise at its former rate, and the curves already claim 20,00 € of it."""
    wrong = SEPTEMBER | {"excise_eur": "33.70"}
    again = wrong | {"invoice_number": "100012509777", "invoice_date": date(2025, 10, 10)}
    curves = bills.reconciled(invoice_number="100012509777", verdict="over_billed", amount_eur=Decimal("20.00"))
    made = checked(AUGUST, wrong, again, curves=curves)
    second = made.filter(invoice_number="100012509777")
    assert failed(second) == {"duplicate_bill": ("invalid", "191.89", "230.27")}
    assert failed(made.filter(invoice_number="100012509001")) == {"excise_amount": ("invalid", "3.72", "4.46")}


def test_the_same_detail_twice_in_an_invoice_is_owed_once():
    made = checked(AUGUST, SEPTEMBER, SEPTEMBER | {"detail_id": "0002"})
    assert failed(made) == {"duplicate_in_invoice": ("invalid", "211.89", "254.27")}
    assert bills.findings(made)["detail_id"].to_list() == ["0002"]


def test_a_number_on_two_dates():
    other = SEPTEMBER | {"detail_id": "0002", "prm": "30001000000002", "invoice_date": date(2025, 10, 5)}
    assert failed(checked(AUGUST, SEPTEMBER, other)) == {"invoice_number_reused": WARNING}


def test_indexes_follow_one_another():
    before = AUGUST | {"start_index_hp": 4000.0, "end_index_hp": 5000.0}
    assert failed(checked(before, SEPTEMBER | INDEXES)) == {}
    jumped = SEPTEMBER | {"start_index_hp": 5040.0, "end_index_hp": 6040.0}
    assert failed(checked(before, jumped)) == {"index_continuity": WARNING}


def test_an_index_that_rolls_over_at_100_000_is_right():
    rolled = {"start_index_hp": 99500.0, "end_index_hp": 500.0}
    assert failed(checked(AUGUST, SEPTEMBER | rolled)) == {}


def test_fewer_kwh_than_the_index_may_be_shared_ones():
    """Without curves nobody knows whether the point takes part: to review. With them it is right, or wrong."""
    fewer = SEPTEMBER | INDEXES | {"end_index_hp": 6500.0}
    assert failed(checked(AUGUST, fewer))["index_difference"][0] == "invalid"
    assert failed(checked(AUGUST, fewer, are_curves_known=False))["index_difference"][0] == "review"
    participant = checked(AUGUST, fewer | {"variable_grid_eur": "72.60"}, curves=bills.reconciled())
    assert failed(participant) == {}
    assert "physique" in bills.decision(participant, "index_difference")[1]


def test_four_slots_make_the_total():
    """C4, 48 kVA: (217,80 + 283,27 + 48 × 17,61) × 31 / 365 = 114,35; CTA 25,08. HPB 600 and HCB 400 in September:
    600 × 2,13 + 400 × 1,52 c€ = 18,86."""
    c4 = SEPTEMBER | {"segment": "C4", "tariff_option": "4 plages", "subscribed_kva": 48.0, "fixed_grid_eur": "114.35",
                      "cta_eur": "25.08", "variable_grid_eur": "18.86", "consumption_hp_kwh": None,
                      "consumption_hpb_kwh": 600.0, "consumption_hcb_kwh": 400.0}  # fmt: skip
    listed = bills.sites(segment="C4", tariff_option="BTSUPCU", subscribed_kva=48.0)
    assert failed(checked(c4, listed=listed)) == {}
    wrong = c4 | {"consumption_hcb_kwh": 300.0}
    made = checked(wrong, listed=listed)
    assert failed(made) == {"four_slots_sum": ERROR}
    # The quantity being wrong, the prices that depend on it are not judged.
    for name in ("variable_grid_amount", "excise_amount"):
        assert bills.decision(made, name) == (
            "ignored", "Sans objet tant que n'est pas réglé : Total des kWh différent de la somme des quatre cadrans."
        )  # fmt: skip


def test_the_reduced_vat_never_was_for_more_than_36_kva():
    c4 = SEPTEMBER | {"segment": "C4", "tariff_option": "4 plages", "subscribed_kva": 48.0, "fixed_grid_eur": "114.35",
                      "cta_eur": "25.08", "variable_grid_eur": "18.86", "vat_base_reduced_eur": "139.43",
                      "vat_reduced_eur": "7.67", "consumption_hp_kwh": None}  # fmt: skip
    # 139,43 × 14,5 % = 20,22
    assert failed(checked(c4, listed=bills.no_sites())) == {"reduced_vat_above_36_kva": ("invalid", None, "-20.22")}


def test_a_power_that_changes_without_a_list_to_say_so():
    changed = SEPTEMBER | {"subscribed_kva": 9.0, "fixed_grid_eur": "11.76", "cta_eur": "2.58"}
    assert failed(checked(AUGUST, changed, listed=bills.no_sites())) == {"power_changed": WARNING}


def test_a_site_that_has_left_or_not_yet_come():
    left = bills.sites(valid_to=date(2025, 8, 15))
    assert failed(checked(AUGUST, SEPTEMBER, listed=left)) == {"billed_after_exit": ("invalid", "211.89", "254.27")}
    coming = bills.sites(valid_from=date(2025, 10, 1))
    assert failed(checked(AUGUST, SEPTEMBER, listed=coming)) == {"billed_before_entry": ("invalid", "211.89", "254.27")}
    leaving = bills.sites(valid_to=date(2025, 10, 1))
    assert failed(checked(AUGUST, SEPTEMBER, listed=leaving)) == {}


def year_later(row: dict[str, object], **changes: object) -> dict[str, object]:
    moved = {name: value.replace(year=2026) for name, value in row.items() if type(value) is date}
    return row | moved | {"invoice_number": "100012609001"} | changes


def test_a_consumption_far_above_that_of_last_year():
    """September 2026 has no TURPE in the tables: only the consumption speaks. 1 501 kWh for 1 000 the year before."""
    rates = {"excise_eur": "45.96", "cta_eur": "2.19"}
    usual = year_later(SEPTEMBER, consumption_kwh=1499.0, consumption_hp_kwh=1499.0, excise_eur="45.90", cta_eur="2.19")
    high = year_later(SEPTEMBER, consumption_kwh=1501.0, consumption_hp_kwh=1501.0, **rates)
    before = year_later(AUGUST, invoice_number="100012608001")
    month = date(2026, 9, 1)
    assert failed(checked(SEPTEMBER, before, usual, month=month)) == {}
    made = checked(SEPTEMBER, before, high, month=month)
    assert failed(made) == {"year_on_year": WARNING}
    assert bills.decision(made, "variable_grid_amount")[1] == "Barème manquant : TURPE C5/CU/BASE au 01/09/2026."
    assert bills.decision(made, "fixed_grid_amount")[1].startswith("Barème manquant : TURPE")


def test_arenh_ended_with_2025():
    """January 2026: accise 29,98 until its end; fixed part of February: 171,64 × 28 / 365 = 13,17, CTA 15 %."""
    january = SEPTEMBER | {
        "invoice_date": date(2026, 2, 4), "consumption_start": date(2026, 1, 1), "consumption_end": date(2026, 1, 31),
        "subscription_start": date(2026, 2, 1), "subscription_end": date(2026, 2, 28),
        "fixed_grid_start": date(2026, 2, 1), "fixed_grid_end": date(2026, 2, 28), "fixed_grid_eur": "13.17",
        "cta_eur": "1.98", "last_actual_reading_on": date(2026, 1, 31),
    }  # fmt: skip
    month = date(2026, 1, 1)
    assert failed(checked(january, month=month)) == {}
    assert failed(checked(january | {"arenh_eur": "4.20"}, month=month)) == {
        "arenh_after_end": ("invalid", "4.20", "5.04")
    }
    # The CTA follows the period of the fixed part, not the month billed: 21,93 % would be 2,89.
    assert failed(checked(january | {"cta_eur": "2.89"}, month=month)) == {"cta_amount": ("invalid", "0.91", "1.10")}


CREDIT = SEPTEMBER | {
    "invoice_number": "100012510801", "detail_type": "AVOIR", "origin_number": "100012509001",
    "invoice_date": date(2025, 11, 4), "total_excl_vat_eur": "-211.89", "total_incl_vat_eur": "-254.27",
    "consumption_kwh": -1000.0, "consumption_hp_kwh": -1000.0, "energy_eur": "-100.00",
    "vat_base_normal_eur": "-211.89", "vat_normal_eur": "-42.38",
}  # fmt: skip


def test_a_credit_and_the_invoice_that_it_cancels_are_left_alone():
    """The invoice has a wrong accise; it is cancelled, and billed again, rightly."""
    wrong = SEPTEMBER | {"excise_eur": "33.70"}
    again = SEPTEMBER | {"invoice_number": "100012510802", "invoice_date": date(2025, 11, 4)}
    made = checked(AUGUST, wrong, CREDIT, again)
    assert failed(made) == {}
    cancelled = made.filter((pl.col("invoice_number") == "100012509001") & (pl.col("check_name") == "excise_amount"))
    assert cancelled["reason"].to_list() == ["Facture annulée par un avoir."]


def test_a_credit_without_origin_and_a_credit_above_it():
    assert failed(checked(AUGUST, SEPTEMBER, CREDIT | {"origin_number": None})) == {"credit_without_origin": WARNING}
    # 254,27 − 278,27: the 20,00 of the credit that nothing billed, and their VAT.
    larger = CREDIT | {"total_excl_vat_eur": "-231.89", "vat_base_normal_eur": "-231.89", "vat_normal_eur": "-46.38",
                       "total_incl_vat_eur": "-278.27"}  # fmt: skip
    assert failed(checked(AUGUST, SEPTEMBER, larger)) == {"credit_above_origin": ("review", "-20.00", "-24.00")}
    without = larger | {"total_incl_vat_eur": None}
    assert failed(checked(AUGUST, SEPTEMBER, without))["credit_above_origin"] == ("review", "-20.00", None)


def test_estimates_that_nothing_settles():
    estimated = {"reading_type": "Estimé", "last_actual_reading_on": date(2025, 3, 31)}
    assert failed(checked(AUGUST | estimated, SEPTEMBER | estimated)) == {}  # 183 days
    older = {"reading_type": "Estimé", "last_actual_reading_on": date(2025, 3, 30)}
    assert failed(checked(AUGUST | older, SEPTEMBER | older)) == {"estimate_not_settled": WARNING}


def test_findings_say_what_was_billed_what_was_due_and_why():
    made = checked(AUGUST, SEPTEMBER | {"excise_eur": "33.70"})
    row = bills.findings(made).row(0, named=True)
    assert (row["check_name"], row["severity"], row["party"]) == ("excise_amount", "error", "supplier")
    assert (row["month"], row["invoice_number"], row["prm"]) == (MONTH, "100012509001", bills.PRM)
    assert (row["expected"], row["observed"], row["unit"]) == (pytest.approx(29.98), pytest.approx(33.70), "EUR")
    assert str(row["amount_eur"]) == "3.72"
    assert row["message"].startswith("Facture 100012509001 (TotalEnergies), PRM 30001000000001")
    assert "Relevé : 33,70\u00a0€ ; attendu : 29,98\u00a0€." in row["message"]
    proof = json.loads(row["evidence"])[0]
    assert (proof["file"], proof["line"]) == ("factures_2025-09.xlsx", 3)
    assert "29,98 €/MWh" in proof["method"]
    assert "BOI-RES-EAT-000240" in proof["source"]


def test_a_finding_knows_the_operation_of_its_bill():
    made = checked(AUGUST, SEPTEMBER | {"cta_eur": "3.94", "variable_grid_eur": "72.60"}, curves=bills.reconciled())
    from energy_pipeline.bill_checks import bill_findings

    assert bill_findings(made, bills.reconciled()).select("check_name", "operation_id").rows() == [
        ("cta_amount", "ACC00000001")
    ]
