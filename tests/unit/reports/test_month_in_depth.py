"""Heat maps, the year before, exchanges, checks of the bills, explanations of a split: on the page and on paper."""

import re
from dataclasses import replace
from datetime import date

import pytest

from energy_pipeline.reports import content, heat, page, pdf
from tests.publications import OPERATION
from tests.unit.reports.conftest import EVIL_TAG, SCHOOL
from tests.unit.reports.test_page import Outline, words
from tests.unit.reports.test_pdf import text


@pytest.fixture(scope="module")
def told(report) -> str:
    return words(report).replace("\u00a0", " ")


@pytest.fixture(scope="module")
def paper(report) -> str:
    return text(pdf.render(report)).replace("\u00a0", " ")


def test_the_same_month_of_the_year_before_stands_beside(told, paper):
    assert "Un an avant15/09/2024 au 14/10/2024" in told
    assert "4 321,5 4 321,5 0,0 5 000,0 4 000,0+8 %" in told
    assert "74,3 % 74,0 % +0,3 point 60,0 % 50,0 %" in told
    assert "Production (kWh) 4 321,5 4 321,5 0,0 5 000,0 4 000,0" in paper


def test_without_a_year_before_no_column_stands_empty(publication, report):
    assert content.read(publication, OPERATION, date(2025, 8, 15)).year_before is None
    assert "Un an avant" not in words(replace(report, year_before=None))


def test_exchanges_are_ours_else_published(told, paper):
    assert "Consommateur (kWh)Toit de l'école30001000000201" in told
    assert "École du Bourg300010000001012 000,3" in told
    assert "300010000001021 210,0publié" in told
    assert "30001000000101 2 000,3" in paper


def test_the_checks_of_the_bills_of_the_report_are_counted_and_the_failing_ones_shown(told, paper, report):
    assert "Refusé : 1, À vérifier : 1, Conforme : 2, Sans objet ou sans donnée : 1." in told
    assert f"prix du contrat {EVIL_TAG} +33FACT30001000000101 0,25 €/kWh 0,2 €/kWh Refusé 12,30 €" in told
    assert "16 jours 25 jours À vérifier" in told and "16 jours" in paper
    assert "99,99" not in told
    assert {row.prm for row in report.failed_checks} == {SCHOOL}
    assert "refusé : 1, à vérifier : 1, conforme : 2, sans objet ou sans donnée : 1." in paper
    assert "12,30 €" in paper


def test_a_split_that_differs_is_explained_by_what_explains_a_part_of_it(told, paper):
    defined = (
        "Énergie à expliquer : 10,5 kWh, somme sans compensation des écarts, à chaque pas et pour chaque site, entre "
        "la répartition publiée et la nôtre. Ce qui l'explique le mieux"
    )
    first, second = "avec les anciennes clés : 0,3 kWh sans explication", "avec leurs voisines : tout est expliqué"
    assert f"{defined} {first} {second}" in told
    assert f"{defined} : {first} ; {second}." in paper
    assert "une heure de retard" not in told


def cell(day: int, hour: int, shared: float | None, published: float | None = None) -> content.HourOfDay:
    return content.HourOfDay(date(2025, 10, day), hour, None, shared, published)


def test_a_heat_map_has_a_square_per_hour_and_the_darkest_is_the_greatest():
    chart = heat.shared([cell(1, 0, 0.0), cell(1, 12, 6.0), cell(2, 12, 2.9)])
    assert chart is not None
    squares = {shade: path.count("M") for shade, path in re.findall(r'<path fill="(#\w+)" d="([^"]+)"', chart.wide)}
    assert squares == {heat.SHADES[0]: 1, heat.SHADES[2]: 1, heat.SHADES[5]: 1}
    assert chart.description.endswith("du clair (0) au foncé (6,0\u00a0kW, mercredi 1er\u00a0octobre à 12\u00a0h).")


def test_a_heat_map_shows_what_is_published_where_nothing_is_ours_and_nothing_at_night():
    assert "3,0" in heat.shared([cell(1, 12, None, 3.0)]).description
    assert heat.shared([cell(1, 12, None)]) is None
    assert heat.consumption([]) is None
    assert heat.SHADES[0] in heat.shared([cell(1, 0, 0.0)]).wide


def test_the_page_shows_both_maps_and_stays_sound(report):
    assert [(row.day, row.hour, row.consumption_kw, row.shared_kw) for row in report.heat] == [
        (date(2025, 10, 1), 12, 8.0, 6.0),
        (date(2025, 10, 2), 0, 4.0, None),
    ]
    outline = Outline(page.render(report))
    assert "Le mois, heure par heure" in outline.text
    assert all(after <= before + 1 for before, after in zip(outline.headings, outline.headings[1:], strict=False))
