"""Registers that EDF tells in a file beside the bills: filled where they make the bill, and nowhere else."""

from datetime import date

import pytest

from energy_pipeline.invoices import with_registers
from energy_pipeline.tables import supplier
from tests.unit.invoices.rows import at, invoice_rows, landed

PRM = "30001000000001"
BILL = {"supplier": "EDF", "invoice_number": "1", "prm": PRM, "consumption_kwh": 1000.0, "consumption_hp_kwh": None}
FILLED = ("consumption_hp_kwh", "consumption_hc_kwh", "consumption_hpb_kwh", "consumption_hcb_kwh", "energy_hp_eur",
          "energy_hc_eur", "energy_hpb_eur", "energy_hcb_eur")  # fmt: skip


def line(register, kwh, eur=None, **more):
    return {"supplier": "EDF", "fluid": "electricity", "site_id": PRM, "invoice_number": "1", "register": register,
            "slot": {"HPE": "HPB", "HCE": "HCB", "P": None}.get(register, register), "consumption_kwh": kwh,
            "energy_eur": eur, "read_on": date(2025, 10, 31), **more}  # fmt: skip


def filled(*lines, rows=(BILL,)):
    made = with_registers(invoice_rows(*rows), landed(supplier.READING, list(lines)))
    assert made.columns == invoice_rows(BILL).columns
    return [[None if value is None else float(value) for value in row] for row in made.select(FILLED).rows()]


UNTOLD = [None] * 8


def test_two_registers_and_their_amounts():
    assert filled(line("HP", 700.0, 73.29), line("HC", 300.0, 24.87)) == [
        [700, 300, None, None, 73.29, 24.87, None, None]]  # fmt: skip


def test_four_registers_without_an_amount_for_each():
    four = line("HPH", 400.0, 50.0), line("HCH", 300.0), line("HPE", 200.0, 15.0), line("HCE", 100.0, 6.0)
    assert filled(*four) == [[400, 300, 200, 100, None, None, None, None]]


@pytest.mark.parametrize(
    "lines",
    [
        (),
        (line("HP", 700.0), line("HC", 200.0)),
        (line("HPH", 500.0), line("HCH", 300.0), line("P", 200.0)),
        (line("HP", 700.0, invoice_number="2"), line("HC", 300.0, invoice_number="2")),
        (line("HP", 700.0, site_id="30001000000002"), line("HC", 300.0, site_id="30001000000002")),
        (line("HP", 700.0, supplier="ENGIE"), line("HC", 300.0, supplier="ENGIE")),
    ],
)
def test_lines_that_are_not_those_of_the_bill_or_do_not_make_it_leave_it_as_it_is(lines):
    assert filled(*lines) == [UNTOLD]


def test_a_bill_that_tells_its_registers_keeps_them_and_two_rows_for_one_point_share_none():
    lines = line("HP", 700.0), line("HC", 300.0)
    own = BILL | {"consumption_hp_kwh": 600.0, "consumption_hc_kwh": 400.0}
    assert filled(*lines, rows=[own])[0][:2] == [600, 400]
    assert filled(*lines, rows=[BILL, BILL | {"detail_id": "2"}]) == [UNTOLD, UNTOLD]
    assert filled(*lines, rows=[BILL, BILL | {"file_id": "f2"}])[1][:2] == [700, 300], "the same row in two exports"


def test_of_lines_that_come_again_the_last_counts():
    old = [line("HP", 650.0, received_at=at(1), file_id="a"), line("HC", 350.0, received_at=at(1), file_id="a")]
    assert filled(line("HP", 700.0), line("HC", 300.0), *old)[0][:2] == [700, 300]
