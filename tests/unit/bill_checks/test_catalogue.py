"""The catalogue and the checks name one another; no missing value breaks a check or makes it accuse."""

from pathlib import Path

import polars as pl
import pytest

from energy_pipeline.bill_checks import bill_findings, check_bills
from energy_pipeline.bill_checks.catalogue import catalogue
from energy_pipeline.bill_checks.families import CHECKS
from energy_pipeline.bill_checks.labels import NAMES
from energy_pipeline.tables import landing, marts, schemas
from tests.unit.bill_checks import bills
from tests.unit.bill_checks.bills import AUGUST, MONTH, SEPTEMBER, checked, failed

SPOKEN = {
    "invoice_date": {"invoice_date_missing"},
    "prm": {"prm_invalid"},
    "grouping": {"grouping_missing"},
    "total_incl_vat_eur": {"invoice_total_missing"},
    **{
        f"{pair}_{end}": {"period_missing"}
        for pair in ("subscription", "consumption", "fixed_grid")
        for end in ("start", "end")
    },
}
"""What the absence of a value says by itself; of any other nothing is said."""
NULLABLE = [
    column.name
    for column in landing.INVOICE_ROW.columns
    if column.nullable and SEPTEMBER.get(column.name) not in {None, "0.00"}
]


def test_each_check_has_an_entry_and_each_entry_a_check():
    names = [check.name for check in CHECKS]
    assert len(names) == len(set(names)) >= 50
    assert set(names) == set(catalogue())


def test_each_check_is_tried_with_a_bill_that_it_refuses():
    folder = Path(__file__).parent
    tried = "".join(path.read_text(encoding="utf-8") for path in folder.glob("test_*.py") if path != Path(__file__))
    untried = [check.name for check in CHECKS if f'"{check.name}"' not in tried]
    assert not untried, "write a bill that each of them refuses in test_checks.py"


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.name)
def test_each_column_that_a_check_needs_has_a_name_to_say_when_it_is_absent(check):
    unnamed = set(check.outcome(catalogue()[check.name]).needs) - set(NAMES)
    assert not unnamed, "name them in NAMES of energy_pipeline/bill_checks/labels.py"


def test_a_check_comes_after_those_that_leave_it_without_object():
    known: set[str] = set()
    for check in CHECKS:
        assert set(check.after) <= known, check.name
        known.add(check.name)


@pytest.mark.parametrize("name", catalogue())
def test_an_entry_is_complete(name):
    entry = catalogue()[name]
    family = next(column for column in marts.BILL_CHECK.columns if column.name == "family")
    assert entry.family in family.allowed
    assert entry.severity in {"error", "warning", "info"}
    assert entry.party in {"supplier", "organiser"}
    assert all((entry.title, entry.action, entry.source))
    assert entry.action.endswith(".")


@pytest.mark.parametrize("column", NULLABLE)
def test_a_missing_value_leaves_checks_out_and_accuses_of_nothing_else(column):
    made = checked(AUGUST, SEPTEMBER | {column: None})
    assert set(failed(made)) <= SPOKEN.get(column, set())
    assert made.filter(pl.col("decision").is_null()).is_empty()


def test_a_row_that_says_almost_nothing():
    bare = {name: SEPTEMBER[name] for name in ("file_id", "path", "received_at", "supplier", "fluid", "invoice_number",
                                               "detail_id", "prm", "invoice_date")}  # fmt: skip
    made = checked(bare, month=bills.RECEIVED.date().replace(day=1))
    assert set(failed(made)) == {"invoice_total_missing"}


def test_nothing_gives_nothing():
    nothing = check_bills(bills.details(), bills.no_sites(), MONTH, schemas.empty(marts.INVOICE_RECONCILIATION))
    assert schemas.validate(marts.BILL_CHECK, nothing).is_empty()
    assert schemas.validate(marts.FINDING, bill_findings(nothing)).is_empty()


def test_the_order_of_the_rows_changes_nothing():
    rows = (AUGUST, SEPTEMBER | {"excise_eur": "33.70"}, SEPTEMBER | {"detail_id": "0002"})
    one, other = checked(*rows), checked(*reversed(rows))
    order = ["invoice_number", "detail_id", "check_name"]
    assert one.drop("line").sort(order).equals(other.drop("line").sort(order))
