"""Bills of gas. The amounts are those of a real T2 bill as published, or its rates times quantities typed by hand.

February 2026, T2, 150 m³ × 11,2 = 1 680 kWh at 0,03212 €: 53,96. ATRD: 186,12 / 12 = 15,51; 1,68 MWh × 12,08 = 20,29.
Accise 1,68 × 16,39 = 27,54. CTA 24,76 % of 15,51 = 3,84. Total excluding VAT 137,58; VAT 20 % 27,52.
"""

from datetime import date
from decimal import Decimal

import polars as pl
import pytest

from energy_pipeline.bill_checks.families import CHECKS
from energy_pipeline.tables import landing, marts, schemas
from tests.unit.bill_checks import bills
from tests.unit.bill_checks.bills import SEPTEMBER, checked, decision, failed

PCE = "99000000000001"
FEBRUARY: dict[str, object] = {
    "file_id": "f", "path": "gaz_2026-02.xlsx", "received_at": bills.RECEIVED, "supplier": "TotalEnergies",
    "fluid": "gas", "invoice_number": "109003322224", "detail_id": PCE, "detail_type": "FACTURE", "pce": PCE,
    "grouping": "Bâtiments publics", "invoice_date": date(2026, 3, 4), "tariff_option": "T2",
    "consumption_start": date(2026, 2, 1), "consumption_end": date(2026, 2, 28),
    "subscription_eur": "4.00", "energy_eur": "53.96", "energy_price": Decimal("0.03212"), "indexation_eur": "-1.50",
    "cee_eur": "8.00", "cee_precarity_eur": "2.00", "biogas_eur": "0.74", "transport_eur": "3.20",
    "fixed_grid_eur": "15.51", "variable_grid_eur": "20.29", "excl_tax_eur": "106.20", "excise_eur": "27.54",
    "cta_eur": "3.84", "total_excl_vat_eur": "137.58", "vat_base_reduced_eur": "0.00", "vat_reduced_eur": "0.00",
    "vat_base_normal_eur": "137.58", "vat_normal_eur": "27.52", "total_incl_vat_eur": "165.10",
    "consumption_kwh": 1680.0, "volume_m3": 150.0, "kwh_per_m3": 11.2, "reading_type": "Relevé normal",
    "last_actual_reading_on": date(2026, 2, 28), "car_kwh": 21000.0,
}  # fmt: skip
JANUARY = FEBRUARY | {
    "invoice_number": "109003311111", "invoice_date": date(2026, 2, 4), "consumption_start": date(2026, 1, 1),
    "consumption_end": date(2026, 1, 31), "excise_eur": "25.92", "total_excl_vat_eur": "135.96",
    "vat_base_normal_eur": "135.96", "vat_normal_eur": "27.19", "total_incl_vat_eur": "163.15",
    "last_actual_reading_on": date(2026, 1, 31),
}  # fmt: skip
"""1,68 MWh × 15,43 = 25,92: the excise before 1 February 2026."""
MONTH = date(2026, 2, 1)
SITE = schemas.frame(
    marts.SITE,
    [{"site_id": PCE, "pce": PCE, "fluid": "gas", "supplier": "TotalEnergies", "name": "Gymnase", "segment": "T2",
      "status": "Actif", "valid_from": date(2024, 1, 1)}],
)  # fmt: skip


def judged(*rows: dict[str, object], month: date = MONTH, listed: pl.DataFrame = SITE) -> pl.DataFrame:
    return checked(*rows, month=month, listed=listed)


def test_a_right_bill_of_gas_is_valid_and_no_check_of_electricity_judges_it():
    made = judged(JANUARY, FEBRUARY)
    assert failed(made) == {}
    assert set(made["pce"]) == {PCE}
    for name in ("gas_conversion", "gas_energy_amount", "gas_distribution_fixed_amount",
                 "gas_distribution_energy_amount", "gas_cta_amount", "gas_excise_amount", "gas_tariff_differs",
                 "normal_vat_amount", "gap_consumption"):  # fmt: skip
        row = made.filter(check_name=name).row(0, named=True)
        assert row["decision"] == "valid", (name, row["reason"])
    electricity = {check.name for check in CHECKS if "gas" not in check.fluids}
    assert "variable_grid_amount" in electricity
    assert not electricity & set(made["check_name"])


def test_no_check_of_gas_judges_electricity():
    made = checked(bills.AUGUST, SEPTEMBER)
    assert not [name for name in made["check_name"].unique() if name.startswith(("gas_", "pce_"))]


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"pce": None}, {"pce_missing": ("invalid", None, None)}),
        ({"tariff_option": "T1", "fixed_grid_eur": "4.56", "variable_grid_eur": "75.50", "cta_eur": "1.13"},
         {"gas_tariff_differs": ("review", None, None)}),
        # 168 kWh more than the m³: 168 × (53,96 − 1,50 + 8 + 2 + 0,74 + 20,29 + 27,54) / 1 848 = 10,09.
        ({"consumption_kwh": 1848.0}, {"gas_conversion": ("invalid", "10.09", "12.11")}),
        ({"energy_eur": "60.00"}, {"gas_energy_amount": ("invalid", "6.04", "7.25")}),
        ({"fixed_grid_eur": "25.51", "cta_eur": "6.32"},
         {"gas_distribution_fixed_amount": ("invalid", "10.00", "12.00")}),
        ({"variable_grid_eur": "30.29"}, {"gas_distribution_energy_amount": ("invalid", "10.00", "11.99")}),
        # The rate of 2024 (16,37 €/MWh) is told from that of 2026: 27,50 for 27,54 is in its tolerance; 25,92 is not.
        ({"excise_eur": "25.92"}, {"gas_excise_amount": ("invalid", "-1.62", "-1.94")}),
        # 20,80 % + 4,71 % × 83,21 % = 24,719 % of 15,51 = 3,834.
        ({"cta_eur": "5.00"}, {"gas_cta_amount": ("review", "1.17", "1.40")}),
        ({"vat_normal_eur": "30.52"}, {"normal_vat_amount": ("invalid", None, "3.00")}),
    ],
)  # fmt: skip
def test_each_error_of_a_bill_of_gas(change: dict[str, object], expected: dict[str, object]):
    assert failed(judged(JANUARY, FEBRUARY | change)) == expected


def test_a_part_of_a_month_counts_by_its_days():
    """15,51 × 18 / 28 = 9,97, as on the bills observed; CTA 2,47."""
    half = FEBRUARY | {"consumption_start": date(2026, 2, 11), "fixed_grid_eur": "9.97", "cta_eur": "2.47"}
    assert decision(judged(half), "gas_distribution_fixed_amount", PCE) == ("valid", None)
    whole = half | {"fixed_grid_eur": "15.51"}
    assert failed(judged(whole))["gas_distribution_fixed_amount"] == ("invalid", "5.54", "6.65")


def test_no_rate_is_guessed():
    late = FEBRUARY | {"consumption_start": date(2026, 7, 1), "consumption_end": date(2026, 7, 31),
                       "invoice_date": date(2026, 8, 4), "last_actual_reading_on": date(2026, 7, 31)}  # fmt: skip
    made = judged(late, month=date(2026, 7, 1))
    assert decision(made, "gas_distribution_energy_amount", PCE) == (
        "ignored", "Barème manquant : ATRD, terme variable T2 au 01/07/2026.")  # fmt: skip
    assert decision(made, "gas_cta_amount", PCE) == (
        "ignored", "Barème manquant : CTA du gaz, coefficient de transport au 01/07/2026.")  # fmt: skip
    for change, reason in (
        ({"tariff_option": None}, "Barème manquant : tarif d'acheminement inconnu."),
        ({"pce": "123456789"},
         "Barème manquant : le numéro du point n'est pas de GRDF, dont seuls les tarifs sont connus."),
        ({"tariff_option": "T4"}, "Barème manquant : terme de capacité du tarif T4."),
    ):  # fmt: skip
        made = judged(FEBRUARY | change, listed=schemas.empty(marts.SITE))
        assert decision(made, "gas_distribution_fixed_amount", PCE) == ("ignored", reason)


def test_a_credit_of_gas_is_paired_with_its_bill():
    amounts = [column.name for column in landing.INVOICE_ROW.columns if column.unit in {"EUR", "kWh", "m3"}]
    credit = FEBRUARY | {
        name: f"-{FEBRUARY[name]}" if isinstance(FEBRUARY[name], str) else -FEBRUARY[name]
        for name in amounts if FEBRUARY.get(name) not in {None, "0.00", "-1.50"} and name != "car_kwh"
    } | {"indexation_eur": "1.50", "invoice_number": "109003399999", "detail_type": "AVOIR",
         "origin_number": "109003322224", "invoice_date": date(2026, 4, 4)}  # fmt: skip
    wrong = FEBRUARY | {"excise_eur": "99.00"}
    made = judged(JANUARY, wrong, credit)
    assert failed(made) == {}
    row = made.filter(check_name="gas_excise_amount", invoice_number="109003322224").row(0, named=True)
    assert row["reason"] == "Facture annulée par un avoir."
    foreign = judged(JANUARY, FEBRUARY, credit | {"origin_number": None})
    assert set(failed(foreign)) == {"credit_without_origin"}


def test_fixed_terms_of_gas_bore_the_reduced_vat_until_july_2025():
    """July 2025: 4,00 + 3,20 + 15,51 + 3,84 = 26,55 at 5,5 % = 1,46; excise 1,68 × 17,16 = 28,83."""
    july = FEBRUARY | {
        "consumption_start": date(2025, 7, 1), "consumption_end": date(2025, 7, 31), "invoice_date": date(2025, 8, 4),
        "last_actual_reading_on": date(2025, 7, 31), "excise_eur": "28.83", "total_excl_vat_eur": "138.87",
        "vat_base_reduced_eur": "26.55", "vat_reduced_eur": "1.46", "vat_base_normal_eur": "112.32",
        "vat_normal_eur": "22.46", "total_incl_vat_eur": "162.79",
    }  # fmt: skip
    month = date(2025, 7, 1)
    assert failed(judged(july, month=month)) == {}
    assert decision(judged(july, month=month), "reduced_vat_base", PCE) == ("valid", None)
    after = FEBRUARY | {"vat_base_reduced_eur": "26.55", "vat_reduced_eur": "1.46", "vat_base_normal_eur": "111.03",
                        "vat_normal_eur": "22.21", "total_incl_vat_eur": "161.25"}  # fmt: skip
    assert set(failed(judged(after))) == {"reduced_vat_after_reform"}


def test_the_finding_names_the_point_of_gas():
    made = bills.findings(judged(JANUARY, FEBRUARY | {"excise_eur": "25.92"}))
    assert made["message"][0].startswith(f"Facture 109003322224 (TotalEnergies), PCE {PCE}, ")
    assert "Accise sur le gaz, 16,39 €/MWh en moyenne sur la période." in made["message"][0]
