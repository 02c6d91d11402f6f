import re
from dataclasses import replace
from datetime import date
from pathlib import Path

import duckdb
import pytest

from energy_pipeline import french
from energy_pipeline.reports import build, content, participant
from energy_pipeline.tables import marts
from tests import publications
from tests.publications import CONSUMERS, OPERATION, PRODUCERS, period
from tests.unit.reports.conftest import EVIL_TAG, HALL, ROOF, SCHOOL, rows
from tests.unit.reports.test_page import Outline

OCTOBER = date(2025, 10, 1)


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    """Reports of ten participants, each with an address and a mail of its own."""
    top = tmp_path_factory.mktemp("own")
    publication = publications.realistic(top / "energy.duckdb")
    with duckdb.connect(str(publication)) as con:
        con.execute(
            "UPDATE marts.participant SET address = 'Villa ' || prm[-4:] || ', chemin creux', "
            "email = 'boite' || prm[-4:] || '@exemple.invalid'"
        )
    build(publication, top / "out", OCTOBER)
    return top / "out" / "2025-10" / OPERATION


def of_others(html: str, own: str, report: content.ReportContent) -> set[str]:
    """Return what `html` tells of the participants other than `own`: PRMs, names, addresses, mails, figures."""
    told = set(re.findall(r"\d{14}", html)) - {own}
    for prm, name, *_ in (*CONSUMERS, *PRODUCERS):
        if prm != own:
            told |= {said for said in (name, f"Villa {prm[-4:]}", f"boite{prm[-4:]}") if said in html}
    for row in (*report.consumers, *report.producers):
        energy = row.consumption_kwh if isinstance(row, content.Consumer) else row.production_kwh
        figures = {french.number(energy, 1), french.number(energy)}
        told |= {figure for figure in figures if row.prm != own and f">{figure}<" in html}
    return told


def test_no_page_tells_anything_of_another_participant(folder):
    report = content.read(folder.parents[2] / "energy.duckdb", OPERATION, OCTOBER)
    pages = {path.stem: path.read_text(encoding="utf-8") for path in (folder / "participants").iterdir()}
    assert pages.keys() == {prm for prm, *_ in (*CONSUMERS, *PRODUCERS)}
    assert {prm: of_others(html, prm, report) for prm, html in pages.items()} == {prm: set() for prm in pages}
    whole = (folder / "rapport.html").read_text(encoding="utf-8")
    assert len(of_others(whole, "30001000000011", report)) > 20
    for prm, name, *_ in (*CONSUMERS, *PRODUCERS):
        assert name in pages[prm]
        assert prm in pages[prm]


def test_the_figures_are_those_of_the_point(report):
    pages = {
        own.prm: re.sub(r"\s+", " ", Outline(participant.render(own)).text) for own in participant.of_report(report)
    }
    assert pages.keys() == {SCHOOL, HALL, ROOF}
    for prm, expected in (
        (SCHOOL, "École du Bourg PRM 30001000000101."),
        (SCHOOL, "Consommé 8 001 kWh"),
        (SCHOOL, "Autoconsommé2 2 000 kWh"),
        (SCHOOL, "Complément3 6 000 kWh"),
        (SCHOOL, "Sur 100 kWh que vous consommez, 25 viennent"),
        (SCHOOL, "Économisé 150,05 € HT"),
        (SCHOOL, "Heures pleines5 000,31 000,1—"),
        (SCHOOL, "15/09/2025au 14/10/20258 000,52 000,36 000,3150,05 €"),
        (SCHOOL, "Participant depuis le 20 septembre 2025."),
        (
            SCHOOL,
            "+33FACTÉnergies & Cie 15/09/2025au 14/10/2025 8 000relevée 6 010 Autoconsommation non déduite 1 234,56 €",
        ),
        (HALL, "Les prix ne sont pas renseignés."),
        (HALL, "Sorti de l'opération le 5 octobre 2025."),
        (ROOF, "Produit1 4 322 kWh"),
        (ROOF, "Surplus4 1 111 kWh"),
    ):
        assert expected in pages[prm], expected
    assert "Vos factures" not in pages[HALL]


def test_names_are_text_and_headings_follow_one_another(report):
    for own in participant.of_report(report):
        html = participant.render(own)
        outline = Outline(html)
        assert "<script" not in html
        assert outline.bare_headers == 0
        assert outline.headings[:2] == [1, 2]
        assert set(outline.anchors) <= set(outline.ids)
    assert EVIL_TAG in Outline(participant.render(participant.of_report(report)[0])).text


def test_the_months_of_a_former_holder_are_not_shown(tmp_path):
    mine = rows()
    for table in (marts.PARTICIPANT, marts.CONSUMER_MONTH):
        mine[table] = [row for row in mine[table] if row["prm"] == HALL]
    stay = mine[marts.PARTICIPANT][0]
    mine[marts.PARTICIPANT] = [
        {**stay, "valid_to": date(2025, 9, 15), "name": "Ancien titulaire"},
        {**stay, "valid_from": date(2025, 9, 15), "valid_to": None, "name": "Nouveau"},
    ]
    before = {**mine[marts.CONSUMER_MONTH][0], **period(date(2025, 8, 15), date(2025, 9, 14)), "consumption_kwh": 777.0}
    mine[marts.CONSUMER_MONTH].append(before)
    path = publications.write(tmp_path / "energy.duckdb", mine)
    told = content.read(path, OPERATION, date(2025, 9, 15))
    assert [row.period_start for row in told.consumed] == [date(2025, 9, 15)]
    with duckdb.connect(str(path)) as con:
        con.execute("DELETE FROM marts.participant WHERE name = 'Nouveau'")
    told = content.read(path, OPERATION, date(2025, 9, 15))
    assert [row.period_start for row in told.consumed] == [date(2025, 9, 15), date(2025, 8, 15)]


def test_a_point_that_is_no_prm_gives_no_page(report):
    odd = replace(report.consumers[0], prm="../../etc/passwd")
    with pytest.raises(ValueError, match="is no PRM"):
        participant.of_report(replace(report, consumers=(odd,)))


def test_a_participant_that_is_gone_loses_its_page(publication, tmp_path):
    month = date(2025, 10, 1)
    build(publication, tmp_path, month)
    own = tmp_path / "2025-10" / OPERATION / "participants"
    (own / "30001000009999.html").write_text("ancien")
    (own / "lisez-moi.html").write_text("à garder")
    build(publication, tmp_path, month)
    assert {path.name for path in own.iterdir()} == {f"{prm}.html" for prm in (SCHOOL, HALL, ROOF)} | {"lisez-moi.html"}
    assert {path.stat().st_mode & 0o777 for path in own.glob("3*.html")} == {0o640}
