from datetime import date

from energy_pipeline.invoices import sites
from energy_pipeline.tables import landing, marts
from energy_pipeline.tables.schemas import validate
from tests.unit.invoices.rows import at, landed

SCHOOL, HALL, OTHER = "30001000000001", "30001000000002", "30001000000009"


def listing(file_id, listed_on, *site_ids, **changes):
    row = {"file_id": file_id, "supplier": "Fournisseur Exemple", "listed_on": listed_on, "fluid": "electricity",
           "received_at": at(listed_on.day, month=listed_on.month), **changes}  # fmt: skip
    return [{**row, "site_id": site_id} for site_id in site_ids]


def made(*lists):
    frame = validate(marts.SITE, sites(landed(landing.SITE_ROW, [row for rows in lists for row in rows])))
    return {row["site_id"]: row for row in frame.to_dicts()}


def test_the_latest_list_wins():
    found = made(
        listing("b", date(2025, 10, 2), SCHOOL, segment="C4"), listing("a", date(2025, 9, 2), SCHOOL, segment="C5")
    )
    assert (found[SCHOOL]["segment"], found[SCHOOL]["valid_to"], found[SCHOOL]["prm"]) == ("C4", None, SCHOOL)


def test_a_site_that_leaves_the_lists_is_closed_on_the_first_that_omits_it():
    found = made(
        listing("a", date(2025, 9, 2), SCHOOL, HALL, status="Actif"),
        listing("b", date(2025, 10, 2), SCHOOL),
        listing("c", date(2025, 11, 2), SCHOOL),
    )
    assert (found[HALL]["valid_to"], found[HALL]["status"]) == (date(2025, 10, 2), "Actif")
    assert found[SCHOOL]["valid_to"] is None


def test_a_site_that_comes_back_is_open():
    found = made(
        listing("a", date(2025, 9, 2), SCHOOL, HALL),
        listing("b", date(2025, 10, 2), SCHOOL),
        listing("c", date(2025, 11, 2), SCHOOL, HALL),
    )
    assert found[HALL]["valid_to"] is None


def test_the_end_given_by_the_list_stays():
    found = made(
        listing("a", date(2025, 9, 2), SCHOOL),
        listing("a", date(2025, 9, 2), HALL, valid_to=date(2025, 8, 15)),
        listing("b", date(2025, 10, 2), SCHOOL),
    )
    assert found[HALL]["valid_to"] == date(2025, 8, 15)


def test_the_list_of_another_customer_closes_nothing():
    found = made(
        listing("a", date(2025, 9, 2), SCHOOL, HALL),
        listing("b", date(2025, 9, 2), OTHER),
        listing("c", date(2025, 10, 2), OTHER),
    )
    assert [found[site]["valid_to"] for site in (SCHOOL, HALL, OTHER)] == [None, None, None]


def test_a_gas_site_has_a_pce():
    found = made(listing("a", date(2025, 9, 2), "GI000123", fluid="gas"))
    assert (found["GI000123"]["prm"], found["GI000123"]["pce"]) == (None, "GI000123")


def test_no_list():
    assert made() == {}
