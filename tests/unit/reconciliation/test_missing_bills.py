"""Sites of the list that are no longer billed, told once, two months later, and no sooner."""

from datetime import date

import pytest

from energy_pipeline.demo.calendar import add_months, month_end
from energy_pipeline.invoices import latest_details
from energy_pipeline.reconciliation.finding import build
from energy_pipeline.reconciliation.missing_bills import missing_bill_facts
from energy_pipeline.tables import marts
from energy_pipeline.tables.schemas import frame
from tests.unit.invoices.rows import invoice_rows
from tests.unit.reconciliation.frames import HALL, SCHOOL, as_facts

SUPPLIER = "Fournisseur Exemple"
ENDS = {9: 30, 10: 31, 11: 30, 12: 31}


def bills(prm, *months, **more):
    return [
        {"prm": prm, "invoice_number": f"{prm[-2:]}{month}", "invoice_date": date(2025, month, 28),
         "consumption_start": date(2025, month, 1), "consumption_end": date(2025, month, ENDS[month]), **more}
        for month in months
    ]  # fmt: skip


def listed(**changes):
    site = {"site_id": SCHOOL, "prm": SCHOOL, "fluid": "electricity", "supplier": SUPPLIER, "name": "École"}
    return frame(marts.SITE, [site | changes, site | {"site_id": HALL, "prm": HALL, "name": "Mairie"}])


def told(rows, month, sites=None):
    details, _ = latest_details(invoice_rows(*rows))
    found = missing_bill_facts(details, listed() if sites is None else sites, date(2025, month, 1))
    return as_facts(found)


HALL_ALWAYS = bills(HALL, 9, 10, 11, 12)


def test_a_site_that_is_no_longer_billed_is_told_once():
    rows = [*bills(SCHOOL, 9), *HALL_ALWAYS]
    assert told(rows, 11) == []
    (fact,) = told(rows, 12)
    assert (fact["prm"], fact["period_start"], fact["period_end"]) == (SCHOOL, date(2025, 10, 1), date(2025, 10, 31))
    assert (fact["month"], fact["amount_eur"]) == (date(2025, 12, 1), None)
    assert fact["message"] == (
        "Site 30001000000001 (École), dans la liste de Fournisseur Exemple : aucune facture du 01/10/2025 au "
        "31/10/2025, alors que d'autres sites sont facturés jusqu'en décembre 2025 ; la dernière va jusqu'au "
        "30/09/2025."
    )
    assert build(missing_bill_facts(latest_details(invoice_rows(*rows))[0], listed(), date(2025, 12, 1)))[
        "severity"].to_list() == ["warning"]  # fmt: skip


def test_a_bill_in_the_middle_of_the_month_counts_for_it():
    half = bills(SCHOOL, 9) + bills(SCHOOL, 10, consumption_end=date(2025, 10, 14))
    assert told([*half, *HALL_ALWAYS], 12) == [], "October was billed in part: November lacks, told in January"


def test_a_site_never_billed_is_told_after_it_came_to_the_list():
    (fact,) = told(HALL_ALWAYS, 11, listed(valid_from=date(2025, 9, 1)))
    assert fact["message"].endswith("il n'y en a jamais eu.")
    assert told(HALL_ALWAYS, 12, listed(valid_from=date(2025, 9, 1))) == []
    assert told(HALL_ALWAYS, 12, listed(valid_from=date(2025, 9, 2))) != [], "October is its first whole month"
    assert told(HALL_ALWAYS, 12, listed(valid_from=None)) == [], "nobody knows since when"


@pytest.mark.parametrize(
    "changes",
    [{"valid_to": date(2025, 10, 20)}, {"status": "Résilié"}, {"status": "Site fermé"}, {"supplier": "Un autre"}],
)
def test_a_site_that_left_is_not_awaited(changes):
    assert told([*bills(SCHOOL, 9), *HALL_ALWAYS], 12, listed(**changes)) == []


def test_nothing_is_awaited_before_the_export_comes():
    assert told([*bills(SCHOOL, 9), *bills(HALL, 9, 10)], 12) == []
    assert told([*bills(SCHOOL, 9), *bills(HALL, 9, 12)], 12) == [], "the export of October has not come"
    assert told([*bills(SCHOOL, 9, 10), *HALL_ALWAYS], 12) == []


def every(count, prm, first, last):
    """Return the bills of a site from the month `first` to the month `last`, one for `count` months."""
    starts = [start for n in range(40) if (start := add_months(first, count * n)) <= last]
    return [
        {"prm": prm, "invoice_number": f"{prm[-2:]}{start:%y%m}", "invoice_date": add_months(start, count),
         "consumption_start": start, "consumption_end": month_end(add_months(start, count - 1))}
        for start in starts
    ]  # fmt: skip


def months_told(rows, sites=None, first=date(2024, 1, 1), months=30):
    """Return (month, period_start, period_end, end of the message) of what is told in any month."""
    details, _ = latest_details(invoice_rows(*rows))
    given = listed() if sites is None else sites
    return [
        (fact["month"], fact["period_start"], fact["period_end"], fact["message"].rpartition(" ; ")[2])
        for n in range(months)
        for fact in as_facts(missing_bill_facts(details, given, add_months(first, n)))
        if fact["prm"] == SCHOOL
    ]


JANUARY, DECEMBER = date(2024, 1, 1), date(2025, 12, 1)


@pytest.mark.parametrize("others", [1, 2, 3])
@pytest.mark.parametrize("count", [1, 2, 3, 6])
def test_a_site_that_is_billed_to_the_end_never_lacks_a_bill_whatever_the_rhythm(count, others):
    rows = every(count, SCHOOL, JANUARY, DECEMBER) + every(others, HALL, JANUARY, DECEMBER)
    assert months_told(rows) == []


@pytest.mark.parametrize(
    ("count", "others", "last", "month", "lacks"),
    [
        (1, 1, date(2025, 4, 1), date(2025, 7, 1), (date(2025, 5, 1), date(2025, 5, 31))),
        (2, 1, date(2025, 3, 1), date(2025, 8, 1), (date(2025, 5, 1), date(2025, 6, 30))),
        (6, 1, date(2024, 7, 1), date(2025, 8, 1), (date(2025, 1, 1), date(2025, 6, 30))),
        # The supplier bills no site in August: it shows with the bills of the third quarter.
        (3, 3, date(2025, 1, 1), date(2025, 9, 1), (date(2025, 4, 1), date(2025, 6, 30))),
        # Nor before December, where all are billed by halves of a year.
        (6, 6, date(2024, 7, 1), date(2025, 12, 1), (date(2025, 1, 1), date(2025, 6, 30))),
    ],
)
def test_a_real_hole_is_told_once_by_the_site_s_own_rhythm(count, others, last, month, lacks):
    rows = every(count, SCHOOL, JANUARY, last) + every(others, HALL, JANUARY, DECEMBER)
    ((told_in, *period, end),) = months_told(rows)
    assert (told_in, tuple(period)) == (month, lacks)
    if count > 1:
        assert end == f"il est facturé tous les {count} mois."
    else:
        assert "30/04/2025" in end


def test_the_rhythm_is_the_median_of_the_bills_not_the_first_nor_a_correction_of_a_year():
    stub = every(1, SCHOOL, JANUARY, JANUARY)
    rows = stub + every(2, SCHOOL, date(2024, 2, 1), date(2025, 8, 1))
    year = rows[3] | {"invoice_number": "R", "consumption_start": JANUARY, "consumption_end": date(2024, 12, 31)}
    hall = every(1, HALL, JANUARY, DECEMBER)
    assert months_told([*rows[:4], year, *rows[4:], *hall]) == []
    assert [month for month, *_ in months_told([*rows[:-1], *hall])] == [date(2025, 11, 1)]


def test_a_site_with_few_bills_or_none_is_awaited_by_the_rhythm_of_its_supplier():
    quarters = every(3, HALL, JANUARY, DECEMBER)
    stub = [every(1, SCHOOL, date(2024, 3, 1), date(2024, 3, 1))[0] | {"consumption_start": date(2024, 3, 20)}]
    assert [month for month, *_ in months_told(stub + quarters)] == [date(2024, 9, 1)], "April to June"
    assert [month for month, *_ in months_told(quarters, listed(valid_from=JANUARY))] == [date(2024, 6, 1)]
