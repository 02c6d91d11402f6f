from datetime import date

from energy_pipeline.invoices import latest_details
from energy_pipeline.reconciliation import months_touched, periods_needed
from tests.unit.invoices.rows import invoice_rows
from tests.unit.reconciliation.frames import ACC, HALL, NOVEMBER, OCTOBER, SCHOOL, period, periods, stays

SEPTEMBER = date(2025, 9, 1)
BILL = {"prm": SCHOOL, "invoice_date": date(2025, 11, 20), "consumption_start": date(2025, 9, 20),
        "consumption_end": date(2025, 11, 15)}  # fmt: skip


def months(*bills, files=(), days=()):
    return sorted(months_touched(invoice_rows(*bills), files, days))


def test_a_month_needs_its_own_periods_and_those_that_its_bills_reach_into():
    known = periods(period(SEPTEMBER), period(OCTOBER), period(NOVEMBER), period(OCTOBER, operation_id="ACC00000002"))
    details, _ = latest_details(invoice_rows(BILL))
    who = stays((SCHOOL, "consumer", SEPTEMBER, None))
    assert periods_needed(details, known, who, NOVEMBER).select("operation_id", "period_start").rows() == [
        (ACC, SEPTEMBER), (ACC, OCTOBER), (ACC, NOVEMBER)]  # fmt: skip
    assert periods_needed(details, known, who, OCTOBER).height == 2
    nobody = stays((HALL, "consumer", SEPTEMBER, None))
    assert periods_needed(details, known, nobody, NOVEMBER)["period_start"].to_list() == [NOVEMBER]


def test_a_republished_curve_touches_the_month_of_each_bill_that_lies_on_it():
    assert months(BILL, days=[(SEPTEMBER, date(2025, 9, 30))]) == [NOVEMBER]
    assert months(BILL, days=[(SEPTEMBER, date(2025, 9, 19))]) == []


def test_a_changed_row_touches_the_month_that_it_leaves():
    moved = {**BILL, "file_id": "b", "consumption_end": date(2025, 10, 31)}
    assert months(BILL, moved, files=["b"]) == [OCTOBER, NOVEMBER]


def test_a_credit_touches_the_month_of_its_origin():
    credit = {"file_id": "b", "prm": SCHOOL, "invoice_number": "2", "origin_number": "103003547102",
              "detail_type": "AVOIR", "consumption_start": None, "consumption_end": None,
              "invoice_date": date(2025, 12, 1)}  # fmt: skip
    assert months(BILL, credit, files=["b"]) == [NOVEMBER, date(2025, 12, 1)]


def test_an_estimated_bill_touches_the_reading_that_settles_it():
    estimated = {**BILL, "file_id": "b", "invoice_number": "0", "reading_type": "Estim\u00e9",
                 "consumption_start": date(2025, 8, 1), "consumption_end": date(2025, 9, 19)}  # fmt: skip
    assert months(BILL, estimated, files=["b"]) == [SEPTEMBER, NOVEMBER]


def test_a_bill_that_comes_touches_the_months_in_which_it_was_told_to_lack():
    late = {"file_id": "b", "prm": HALL, "invoice_number": "9", "consumption_start": SEPTEMBER,
            "consumption_end": date(2025, 9, 30), "invoice_date": date(2025, 12, 9)}  # fmt: skip
    assert months(BILL, late, files=["b"]) == [SEPTEMBER, NOVEMBER]
    whole = late | {"consumption_start": date(2025, 7, 1)}
    assert months(BILL, whole, files=["b"]) == [SEPTEMBER, NOVEMBER]
    before = late | {"file_id": "a", "invoice_number": "8", "consumption_start": date(2025, 5, 1),
                     "consumption_end": date(2025, 5, 31)}  # fmt: skip
    between = {"invoice_number": "7", "consumption_end": date(2025, 7, 31)}
    assert months(BILL, BILL | between, before, late, files=["b"]) == [date(2025, 7, 1), SEPTEMBER, NOVEMBER], (
        "it may have lacked since May"
    )
    earlier = late | {"consumption_start": date(2024, 8, 1), "consumption_end": date(2024, 8, 31)}
    assert months(BILL, earlier, files=["b"]) == [date(2024, 8, 1)], "November 2025 awaits no bill as old"


def test_nothing_new_touches_nothing():
    assert months(BILL) == []
