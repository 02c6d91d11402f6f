import re
import subprocess
from dataclasses import replace

import pytest

from energy_pipeline.reports import pdf
from tests.programs import program
from tests.unit.reports.conftest import EVIL_FORMULA, EVIL_TAG, PARTS


def text(data: bytes) -> str:
    said = subprocess.run(
        [program("pdftotext"), "-layout", "-", "-"], input=data, capture_output=True, check=True
    ).stdout.decode()
    return re.sub(r"\s+", " ", said)


@pytest.fixture(scope="module")
def paper(report) -> str:
    return text(pdf.render(report))


def test_the_figures_are_those_of_the_marts_in_french(paper):
    for expected in (
        "Période du 15 septembre au 14 octobre 2025.",
        "Recalculé. Période précédente : 5 000 kWh (−14 %).",
        "4 322 kWh 3 210 kWh",
        "74,3 % 26,0 % 35,0 %",
        "1 235,86 € HT 150,05 € HT",
        "Énergies & Cie : 1 234,56 € HT",
        "À prévoir, non facturé à ce jour : 20,50 € HT.",
        "Production (kWh) 4 321,5 4 321,5 0,0 5 000,0",
        "30001000000101 8 000,5 2 000,3 6 000,3 25,0 % 1 990,3 +10,0 150,05 €",
        "30001000000201 4 321,5 3 210,3 1 111,3 74,3 % 3 200,3 +10,0",
        "61,25 % 15/09/2025",
        "Preuve : factures/export.xlsx, ligne 7 : valeur 1 200 kWh",
        "8 640 points de mesure attendus : 12 estimés, 0 manquant.",
        "Refusé : b.csv : valeur illisible",
    ):
        assert expected in paper, expected


def test_the_first_page_is_for_those_who_decide(report):
    first, second, *_ = subprocess.run(
        [program("pdftotext"), "-layout", "-", "-"], input=pdf.render(report), capture_output=True, check=True
    ).stdout.decode().split("\f")  # fmt: skip
    assert "Ce qu'il faut faire" in first
    assert "Jour par jour" in first
    assert "Consommateurs" in second


def test_what_the_data_say_is_text_and_not_markup(report):
    evil = '#panic() *gras* $x$ @ref <label> #image("/etc/passwd") //'
    named = replace(report, operation=replace(report.operation, name=evil, organiser=f"= {EVIL_TAG}"))
    said = text(pdf.render(named))
    assert evil.removesuffix(" //") in said
    assert EVIL_TAG in said
    assert EVIL_FORMULA.split("(")[0] in text(
        pdf.render(replace(report, names=(replace(report.names[0], name=EVIL_FORMULA),)))
    )


def test_an_empty_report_says_so(report):
    said = text(pdf.render(replace(report, previous=None, **dict.fromkeys(PARTS, ()))))
    for expected in ("Rien à faire pour cette période", "Aucune courbe pour cette période",
                     "Électricité partagée inconnue.",
                     "Aucun consommateur connu", "Aucun producteur connu", "Aucune facture reçue",
                     "Aucun constat pour cette période."):  # fmt: skip
        assert expected in said, expected


def test_the_same_content_gives_the_same_bytes_and_the_date_of_the_period(report):
    data = pdf.render(report)
    assert data == pdf.render(report)
    assert b"(D:20251014" in data
    fonts = set(re.findall(rb"/FontName ?/[A-Z]{6}\+(\w+)", data))
    assert fonts
    assert all(font.startswith(b"Libertinus") for font in fonts)
