from datetime import date
from itertools import permutations

import polars as pl
import pytest

from energy_pipeline.invoices import latest_details
from energy_pipeline.invoices.details import kind, month, reading
from tests.unit.invoices.rows import at, invoice_rows

FIRST = {"file_id": "a", "path": "octobre.xlsx", "received_at": at(3)}
SECOND = {"file_id": "b", "path": "novembre.xlsx", "received_at": at(28)}


def test_the_same_row_in_two_exports_is_one_row_and_no_finding():
    details, superseded = latest_details(invoice_rows(FIRST, SECOND))
    assert details.height == 1
    assert superseded.is_empty()


def test_of_two_versions_the_later_received_wins_in_any_order_of_arrival():
    rows = [FIRST, {**SECOND, "energy_eur": 30.00, "total_excl_vat_eur": 93.47},
            {"file_id": "c", "path": "erreur.xlsx", "received_at": at(1), "energy_eur": 99.00}]  # fmt: skip
    for order in permutations(rows):
        details, superseded = latest_details(invoice_rows(*order))
        assert [str(value) for value in details["energy_eur"]] == ["30.0000"]
        (change,) = superseded.to_dicts()
        assert (change["previous_path"], change["path"]) == ("octobre.xlsx", "novembre.xlsx")
        assert change["changed"] == ["energy_eur", "total_excl_vat_eur"]
        assert (float(change["previous_total_excl_vat_eur"]), float(change["total_excl_vat_eur"])) == (91.28, 93.47)
        assert change["month"] == date(2021, 10, 1)


def test_received_together_the_greater_file_id_wins():
    details, _ = latest_details(
        invoice_rows({**FIRST, "file_id": "zz", "energy_eur": 1.0}, {**FIRST, "file_id": "aa", "energy_eur": 2.0})
    )
    assert details["file_id"].to_list() == ["zz"]


def test_a_site_renamed_on_the_portal_is_not_another_bill():
    details, superseded = latest_details(
        invoice_rows({**FIRST, "site_name": "Ecole"}, {**SECOND, "site_name": "École du Bourg"})
    )
    assert details["site_name"].to_list() == ["École du Bourg"]
    assert superseded.is_empty()


def test_an_amount_told_apart_since_is_not_another_bill():
    details, superseded = latest_details(invoice_rows(FIRST, {**SECOND, "energy_hp_eur": 20.0, "energy_hc_eur": 7.81}))
    assert [float(value) for value in details["energy_hc_eur"]] == [7.81]
    assert superseded.is_empty()


def test_a_key_twice_in_one_file_is_two_parts_and_a_row_twice_is_one():
    parts = [{**FIRST, "energy_eur": 10.0}, {**FIRST, "energy_eur": 17.81}, {**FIRST, "energy_eur": 10.0}]
    again = [{**part, **SECOND} for part in parts]
    details, superseded = latest_details(invoice_rows(*parts, *again))
    assert sorted(details["detail_id"]) == ["0001", "0001-2"]
    assert float(details["energy_eur"].sum()) == 27.81
    assert superseded.is_empty()


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, "invoice"),
        ({"detail_type": "AVOIR"}, "credit"),
        ({"detail_type": None, "total_incl_vat_eur": -107.08}, "credit"),
        ({"detail_type": "Facture d'annulation", "total_incl_vat_eur": -107.08}, "cancellation"),
        ({"detail_type": None, "total_incl_vat_eur": None, "total_excl_vat_eur": None}, "invoice"),
    ],
)
def test_kind(changes, expected):
    assert invoice_rows(changes).select(kind()).item() == expected


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("Relevé normal", "actual"),
        ("RELEVE NORMAL", "actual"),
        ("Relève réelle", "actual"),
        ("Estimé Enedis", "estimated"),
        ("Auto Relevé", "estimated"),
        ("Estimation", "estimated"),
        (None, None),
        (" ", None),
    ],
)
def test_reading(written, expected):
    assert invoice_rows({"reading_type": written}).select(reading()).item() == expected


def test_a_bill_without_consumption_dates_belongs_to_the_month_of_its_accounting_date():
    rows = invoice_rows({}, {"consumption_end": None}, {"consumption_end": None, "invoice_date": None,
                        "fixed_grid_end": None})  # fmt: skip
    assert rows.select(month().alias("month"))["month"].to_list() == [
        date(2021, 10, 1), date(2021, 11, 1), date(2025, 11, 1)]  # fmt: skip


def test_no_row_at_all():
    details, superseded = latest_details(invoice_rows({}).clear())
    assert details.is_empty()
    assert superseded.is_empty()
    assert isinstance(superseded, pl.DataFrame)
