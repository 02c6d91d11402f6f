"""A right bill of September 2025 and the one before, typed by hand; what is changed in them is the test's.

C5, option Base, 12 kVA, 1 000 kWh. Fixed part of October, billed ahead: (16,80 + 22,00 + 12 × 11,07) × 31 / 365 =
171,64 × 31 / 365 = 14,58. CTA 21,93 % = 3,20. Variable part 1 000 × 4,84 c€ = 48,40. Accise 1 000 × 29,98 €/MWh.
Total excluding VAT 211,89; VAT 20 % = 42,38.
"""

from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import polars as pl

from energy_pipeline.bill_checks import bill_findings, check_bills
from energy_pipeline.tables import landing, marts, schemas

MONTH = date(2025, 9, 1)
PRM = "30001000000001"
RECEIVED = datetime(2025, 10, 6, 8, tzinfo=ZoneInfo("Europe/Paris"))
SCHEMA = {
    **schemas.polars_schema(landing.INVOICE_ROW),
    "received_at": pl.Datetime("us", "Europe/Paris"),
    "path": pl.String(),
}

SEPTEMBER: dict[str, object] = {
    "file_id": "f", "path": "factures_2025-09.xlsx", "received_at": RECEIVED, "supplier": "TotalEnergies",
    "fluid": "electricity", "invoice_number": "100012509001", "detail_id": "0001", "detail_type": "FACTURE",
    "grouping": "Bâtiments publics",
    "chorus_siret": "99900101900010", "invoice_date": date(2025, 10, 4), "due_date": date(2025, 11, 3), "prm": PRM,
    "site_name": "Mairie", "segment": "C5", "tariff_option": "Base", "supply_tariff": "Offre prix fixe",
    "subscribed_kva": 12.0, "subscription_start": date(2025, 10, 1), "subscription_end": date(2025, 10, 31),
    "consumption_start": date(2025, 9, 1), "consumption_end": date(2025, 9, 30),
    "fixed_grid_start": date(2025, 10, 1), "fixed_grid_end": date(2025, 10, 31),
    "subscription_eur": "5.00", "energy_eur": "100.00", "guarantee_of_origin_eur": "1.15", "cee_eur": "4.03",
    "cee_precarity_eur": "1.34", "arenh_eur": "0.00", "capacity_eur": "4.21", "other_eur": "0.00", "rte_eur": "0.00",
    "fixed_grid_eur": "14.58", "variable_grid_eur": "48.40", "excl_tax_eur": "178.71", "excise_eur": "29.98",
    "cta_eur": "3.20", "tccfe_eur": "0.00", "tdcfe_eur": "0.00", "tcfe_eur": "0.00", "total_excl_vat_eur": "211.89",
    "vat_base_reduced_eur": "0.00", "vat_reduced_eur": "0.00", "vat_base_normal_eur": "211.89",
    "vat_normal_eur": "42.38", "total_incl_vat_eur": "254.27", "consumption_kwh": 1000.0,
    "consumption_hp_kwh": 1000.0, "consumption_hc_kwh": None, "last_actual_reading_on": date(2025, 9, 30),
    "reading_type": "Relevé normal",
}  # fmt: skip

AUGUST = SEPTEMBER | {
    "invoice_number": "100012508001", "invoice_date": date(2025, 9, 4), "due_date": date(2025, 10, 4),
    "subscription_start": date(2025, 9, 1), "subscription_end": date(2025, 9, 30),
    "consumption_start": date(2025, 8, 1), "consumption_end": date(2025, 8, 31),
    "fixed_grid_start": date(2025, 9, 1), "fixed_grid_end": date(2025, 9, 30),
    "fixed_grid_eur": "14.11", "cta_eur": "3.09", "total_excl_vat_eur": "211.31", "vat_base_normal_eur": "211.31",
    "vat_normal_eur": "42.26", "total_incl_vat_eur": "253.57", "last_actual_reading_on": date(2025, 8, 31),
}  # fmt: skip

SITE = {
    "site_id": PRM, "prm": PRM, "fluid": "electricity", "supplier": "TotalEnergies", "name": "Mairie", "segment": "C5",
    "tariff_option": "BTINFCUST", "subscribed_kva": 12.0, "status": "Actif", "valid_from": date(2024, 1, 1),
}  # fmt: skip

RECONCILED = {
    "supplier": "TotalEnergies", "invoice_number": "100012509001", "detail_id": "0001", "prm": PRM, "month": MONTH,
    "operation_id": "ACC00000001", "period_start": date(2025, 9, 1), "period_end": date(2025, 9, 30),
    "reading": "actual", "billed_kwh": 1000.0, "consumption_kwh": 1500.0, "self_consumption_kwh": 500.0,
    "complement_kwh": 1000.0, "expected_kwh": 1000.0, "verdict": "matches", "is_participant": True,
    "energy_base": "complement",
}  # fmt: skip


def details(*rows: dict[str, object]) -> pl.DataFrame:
    """Return rows of landing.invoice_row with `received_at` and `path`; amounts given as text become decimals."""
    numbered = [
        {name: Decimal(value) if name.endswith("_eur") and isinstance(value, str) else value
         for name, value in (row | {"line": line}).items()}
        for line, row in enumerate(rows, 2)
    ]  # fmt: skip
    return pl.DataFrame(numbered, schema=SCHEMA)


def sites(**changes: object) -> pl.DataFrame:
    """Return the list of sites: that of the bill."""
    return schemas.frame(marts.SITE, [SITE | changes])


def no_sites() -> pl.DataFrame:
    """Return a list of sites without any."""
    return schemas.empty(marts.SITE)


def reconciled(**changes: object) -> pl.DataFrame:
    """Return what the curves say of the bill of September: a participant that shared 500 kWh beside 1 000."""
    return schemas.frame(marts.INVOICE_RECONCILIATION, [RECONCILED | changes])


def checked(
    *rows: dict[str, object],
    month: date = MONTH,
    listed: pl.DataFrame | None = None,
    curves: pl.DataFrame | None = None,
    are_curves_known: bool = True,
) -> pl.DataFrame:
    """Return the checks of a month, validated against the registry; unless told, another point is the participant."""
    if curves is None and are_curves_known:
        curves = reconciled(invoice_number="100012509999", prm="30001000000099")
    made = check_bills(details(*rows), sites() if listed is None else listed, month, curves)
    return schemas.validate(marts.BILL_CHECK, made)


def failed(made: pl.DataFrame) -> dict[str, tuple[str, str | None, str | None]]:
    """Return the checks that fail: decision, euros excluding and including VAT."""
    rows = made.filter(pl.col("decision").is_in(["invalid", "review"]))
    return {
        row["check_name"]: (
            row["decision"],
            None if row["amount_eur"] is None else str(row["amount_eur"]),
            None if row["amount_ttc_eur"] is None else str(row["amount_ttc_eur"]),
        )
        for row in rows.iter_rows(named=True)
    }


def decision(made: pl.DataFrame, check_name: str, detail: str = "0001") -> tuple[str, str | None]:
    """Return the decision and the reason of one check."""
    row = made.filter((pl.col("check_name") == check_name) & (pl.col("detail_id") == detail)).row(0, named=True)
    return row["decision"], row["reason"]


def findings(made: pl.DataFrame) -> pl.DataFrame:
    """Return the findings, validated against the registry."""
    return schemas.validate(marts.FINDING, bill_findings(made))
