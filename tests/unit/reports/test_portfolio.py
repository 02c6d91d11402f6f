import re
from datetime import date
from decimal import Decimal

import pytest

from energy_pipeline.reports import build, content, portfolio
from energy_pipeline.tables import marts, money_marts
from tests import publications
from tests.unit.reports.conftest import SUPPLIER, rows
from tests.unit.reports.test_page import Outline


@pytest.fixture(scope="module")
def whole(publication) -> portfolio.Portfolio:
    with content.connect(publication) as con:
        return portfolio.read(con)


@pytest.fixture(scope="module")
def outline(publication, tmp_path_factory) -> Outline:
    out = tmp_path_factory.mktemp("index")
    build(publication, out, date(2025, 10, 1))
    return Outline((out / "index.html").read_text(encoding="utf-8"))


def test_deadlines_are_the_next_of_each_kind_after_the_last_published_period(whole):
    # The last period ends on 14 October: the deadline of the 8th is past, that of the 22nd is done.
    assert [(row.due_on, row.title) for row in whole.deadlines] == [
        (date(2025, 10, 25), "Changement"),
        (date(2025, 11, 22), "Résultats attendus"),
    ]


def test_euros_are_told_by_party(whole):
    assert [(row.party, row.supplier, row.amount_eur, row.ttc_eur, row.unquantified, row.to_review_eur)
            for row in whole.owed] == [
        ("supplier", SUPPLIER, Decimal("1234.56"), Decimal("1481.47"), 0, Decimal("7.77")),
        ("enedis", None, Decimal("1.30"), None, 1, Decimal(0)),
    ]  # fmt: skip
    assert whole.claimed_eur == Decimal("1235.86")


def test_files_are_those_of_the_last_period_and_what_is_not_expected_does_not_count(whole):
    (row,) = whole.standings
    assert (row.period_start, row.expected, row.received, row.missing, row.quarantined) == (
        date(2025, 9, 15), 2, 1, 1, 0,
    )  # fmt: skip
    assert whole.lacking == 1


def test_the_head_of_the_index_says_so_in_french(outline):
    text = re.sub(r"\s+", " ", outline.text)
    for expected in (
        "À réclamer, toutes périodes 1 235,86 € HT",
        "Énergies & Cie : 1 234,56 € HT, 1 481,47 € TTC ; à vérifier d'abord : 7,77 € HT",
        "Enedis : 1,30 € HT, 1 constat non chiffré",
        "Fichiers manquants ou refusés 1 Sur la dernière période de chaque opération. 1 fichier refusé en tout.",
        "15/09/2025au 14/10/2025 4 322 3 210 74,3 % 26,0 % 1 sur 21 manquant 1 235,86 €et 1 constat non chiffré",
        "25/10/2025, Organisateur : Changement, Soleil <script>alert('x')</script> (ACC00000042). "
        "Changement, à faire. Article 5.2.2.",
    ):
        assert expected in text, expected


def test_a_period_without_anything_to_claim_has_a_dash_and_one_without_a_curve_its_published_figures(tmp_path):
    typed = rows()
    typed[marts.FINDING], typed[money_marts.CLAIM] = [], []
    typed[marts.OPERATION_MONTH][0] |= {"steps_missing": 96, "published_self_production_rate": 0.123}
    path = publications.write(tmp_path / "energy.duckdb", typed)
    build(path, tmp_path / "out", date(2025, 10, 1))
    text = re.sub(r"\s+", " ", Outline((tmp_path / "out" / "index.html").read_text(encoding="utf-8")).text)
    assert "À réclamer, toutes périodes — Rien à réclamer." in text
    figures = "4 322publié 3 200publié 74,0 %publié 12,3 %publié"
    assert f"{figures} 1 sur 21 manquant —" in text
    assert f"{figures} — 0" in text
    assert "récupérer" not in text


def test_findings_of_a_month_without_a_report_are_on_the_index(tmp_path):
    typed = rows()
    november = {"month": date(2025, 11, 1), "period_start": None, "period_end": None}
    typed[marts.FINDING] += [
        publications.finding(240, "quarantined_file", "error", "organiser", "Annexe 2 refusée.") | november,
        publications.finding(241, "file_note", "info", "enedis", "Sans importance.") | november,
    ]
    path = publications.write(tmp_path / "energy.duckdb", typed)
    build(path, tmp_path / "out", date(2025, 10, 1))
    text = re.sub(r"\s+", " ", Outline((tmp_path / "out" / "index.html").read_text(encoding="utf-8")).text)
    assert "Novembre 2025 Sans rapport Aucune période publiée de l'opération ne finit ce mois-là" in text
    assert f"{publications.OPERATION}Organisateur Fichier refusé Annexe 2 refusée." in text
    assert "Sans importance." not in text


def test_the_index_is_accessible(outline):
    assert outline.headings.count(1) == 1
    assert all(after <= before + 1 for before, after in zip(outline.headings, outline.headings[1:], strict=False))
    assert outline.bare_headers == 0
    assert len(outline.ids) == len(set(outline.ids))
    assert "script" not in outline.tags
