"""Rows of supplier's exports and site lists, as landing gives them."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

import polars as pl

from energy_pipeline.tables import landing
from energy_pipeline.tables.model import Table
from energy_pipeline.tables.schemas import polars_schema

PARIS = ZoneInfo("Europe/Paris")
JOINED = {"received_at": pl.Datetime("us", "Europe/Paris"), "path": pl.String()}

PRINTED_SITE_1 = {
    "supplier": "Fournisseur Exemple",
    "invoice_number": "103003547102",
    "detail_id": "0001",
    "prm": "30001000000001",
    "detail_type": "FACTURE",
    "invoice_date": date(2021, 11, 1),
    "segment": "C5",
    "tariff_option": "Base - CU",
    "subscribed_kva": 6.0,
    "consumption_start": date(2021, 9, 1),
    "consumption_end": date(2021, 10, 31),
    "fixed_grid_start": date(2021, 11, 1),
    "fixed_grid_end": date(2021, 12, 31),
    "subscription_eur": 0.0,
    "energy_eur": 27.81,
    "capacity_eur": 4.84,
    "cee_eur": 1.78,
    "cee_precarity_eur": 0.59,
    "fixed_grid_eur": 13.91,
    "variable_grid_eur": 20.96,
    "excl_tax_eur": 69.89,
    "excise_eur": 12.71,
    "cta_eur": 3.05,
    "tccfe_eur": 3.75,
    "tdcfe_eur": 1.88,
    "total_excl_vat_eur": 91.28,
    "vat_base_reduced_eur": 16.96,
    "vat_reduced_eur": 0.93,
    "vat_base_normal_eur": 74.32,
    "vat_normal_eur": 14.86,
    "total_incl_vat_eur": 107.08,
    "consumption_kwh": 566.0,
    "consumption_hp_kwh": 566.0,
    "reading_type": "Relevé normal",
}
"""The C5 bill printed in the supplier's presentation, first site, under a fictitious PRM."""


def at(day: int, hour: int = 8, month: int = 11, year: int = 2025) -> datetime:
    """Return an instant of reception."""
    return datetime(year, month, day, hour, tzinfo=PARIS)


def landed(table: Table, rows: list[dict[str, object]]) -> pl.DataFrame:
    """Return rows of a landing table with `received_at` and `path`, numbered from line 2 unless told."""
    defaults = {"file_id": "f1", "received_at": at(3), "path": "export.xlsx"}
    given = [{**defaults, **({"line": line} if "line" in table.column_names else {}), **row}
             for line, row in enumerate(rows, 2)]  # fmt: skip
    return pl.DataFrame(given, schema={**polars_schema(table), **JOINED}, strict=False)


def invoice_rows(*rows: dict[str, object]) -> pl.DataFrame:
    """Return rows of landing.invoice_row: the printed bill, with the changes given."""
    return landed(landing.INVOICE_ROW, [{**PRINTED_SITE_1, **row} for row in rows])
