from datetime import date

from energy_pipeline.invoices import invoice_lines, invoices
from energy_pipeline.tables import marts
from energy_pipeline.tables.schemas import validate
from tests.unit.invoices.rows import invoice_rows


def test_an_invoice_adds_up_its_details():
    rows = invoice_rows(
        {"grouping": "Écoles"},
        {"detail_id": "0002", "prm": "30001000000002", "consumption_end": date(2021, 9, 30)},
    )
    (made,) = validate(marts.INVOICE, invoices(rows)).to_dicts()
    assert (made["kind"], made["details"], made["grouping"]) == ("invoice", 2, "Écoles")
    assert made["month"] == date(2021, 10, 1), "that of the latest consumption"
    assert float(made["total_excl_vat_eur"]) == 182.56
    assert float(made["vat_eur"]) == 31.58
    assert float(made["total_incl_vat_eur"]) == 214.16


def test_kinds_and_origin():
    rows = invoice_rows(
        {},
        {"invoice_number": "2", "detail_type": "AVOIR", "total_incl_vat_eur": -107.08, "origin_number": "103003547102"},
        {"invoice_number": "3", "detail_type": "ANNULATION", "total_incl_vat_eur": -107.08},
        {"invoice_number": "4", "total_incl_vat_eur": None, "total_excl_vat_eur": None, "vat_normal_eur": None,
         "vat_reduced_eur": None},
    )  # fmt: skip
    made = {row["invoice_number"]: row for row in invoices(rows).to_dicts()}
    assert [made[number]["kind"] for number in ("103003547102", "2", "3", "4")] == [
        "invoice", "credit", "cancellation", "invoice"]  # fmt: skip
    assert made["2"]["origin_number"] == "103003547102"
    assert made["4"]["total_incl_vat_eur"] is None
    assert made["4"]["vat_eur"] is None


def test_lines_of_the_printed_bill_follow_their_own_dates():
    lines = validate(marts.INVOICE_LINE, invoice_lines(invoice_rows({})))
    by_component = {row["component"]: row for row in lines.to_dicts()}
    assert set(by_component) == {
        "energy", "capacity", "cee", "cee_precarity", "fixed_grid", "variable_grid", "excise", "cta", "tccfe",
        "tdcfe", "vat_reduced", "vat_normal",
    }, "the subscription is 0: no line"  # fmt: skip
    energy, fixed, vat = (by_component[name] for name in ("energy", "fixed_grid", "vat_normal"))
    assert (energy["period_start"], energy["period_end"]) == (date(2021, 9, 1), date(2021, 10, 31))
    assert (energy["quantity_kwh"], float(energy["amount_eur"])) == (566.0, 27.81)
    assert (fixed["period_start"], fixed["period_end"]) == (date(2021, 11, 1), date(2021, 12, 31))
    assert fixed["quantity_kwh"] is None
    assert (vat["period_start"], vat["quantity_kwh"]) == (None, None)
    assert by_component["cta"]["period_start"] == date(2021, 11, 1)


def test_the_quantity_is_the_sum_of_the_registers_when_the_total_is_absent():
    lines = invoice_lines(
        invoice_rows({"consumption_kwh": None, "consumption_hp_kwh": 400.0, "consumption_hc_kwh": 166.0})
    )
    assert lines.filter(component="energy")["quantity_kwh"].to_list() == [566.0]


def test_no_invoice():
    none = invoice_rows({}).clear()
    assert validate(marts.INVOICE, invoices(none)).is_empty()
    assert validate(marts.INVOICE_LINE, invoice_lines(none)).is_empty()
