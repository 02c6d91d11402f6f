"""What could not be checked is told with its reason: bills without curve, files refused behind what is missing."""

import io
import re
from dataclasses import replace
from datetime import date
from decimal import Decimal

import openpyxl
import pytest

from energy_pipeline.reports import build, content, page, participant, pdf, summary, workbook
from energy_pipeline.tables import marts
from tests import publications
from tests.publications import OPERATION
from tests.unit.reports.conftest import SCHOOL, START, rows
from tests.unit.reports.test_page import Outline
from tests.unit.reports.test_pdf import text

REASON = "Courbe de consommation du point absente le 03/10/2025."
OUTSIDE = "Ce point n'est d'aucune opération."


@pytest.fixture(scope="module")
def published(tmp_path_factory):
    typed = rows()
    [bill] = typed[marts.INVOICE_RECONCILIATION]
    unverified = {"verdict": "no_curve", "expected_kwh": None, "amount_eur": None}
    typed[marts.INVOICE_RECONCILIATION] = [
        bill | unverified | {"reason": REASON},
        *(bill | unverified | {"invoice_number": number, "operation_id": None, "prm": None, "reason": OUTSIDE}
          for number in ("F8", "F9")),
    ]  # fmt: skip
    typed[marts.FILE] += [
        typed[marts.FILE][0] | {"file_id": name * 64, "path": f"b/{name}.csv", "name": f"{name}.csv", "kind": kind,
                                "operation_id": None, "reason": "Nombre illisible.", **more}
        for name, kind, more in (("p", "prices", {}), ("k", "curve", {"operation_id": OPERATION, "prm": SCHOOL}),
                                 ("u", None, {}))
    ]  # fmt: skip
    return publications.write(tmp_path_factory.mktemp("publication") / "energy.duckdb", typed)


@pytest.fixture(scope="module")
def told(published):
    return content.read(published, OPERATION, START)


def spaces(said: str) -> str:
    return re.sub(r"\s+", " ", said)


def test_a_bill_without_curve_is_counted_and_has_its_reason_wherever_it_stands(told):
    own = next(own for own in participant.of_report(told) if own.prm == SCHOOL)
    assert "1 facture non vérifiée, faute de courbe" in spaces(Outline(page.render(told)).text)
    for said in (Outline(page.render(told)).text, text(pdf.render(told))):
        assert "Sans courbe : non vérifiée" in spaces(said)
        assert "absente le 03/10/2025" in spaces(said)
    assert summary.unverified_reasons(told) == (f"{REASON} École du Bourg (+33FACT).",)
    assert REASON in spaces(Outline(participant.render(own)).text)
    book = openpyxl.load_workbook(io.BytesIO(workbook.render(told)))
    assert REASON in [cell.value for row in book["Factures"].iter_rows() for cell in row]


def test_the_page_of_a_participant_never_names_the_point_of_another(told):
    def shown(reason: str) -> str | None:
        bills = tuple(replace(bill, reason=reason) for bill in told.bills)
        return (
            next(own for own in participant.of_report(replace(told, bills=bills)) if own.prm == SCHOOL).bills[0].reason
        )

    assert shown(f"Fichier « {SCHOOL}_Conso_CDC.csv » refusé.") == f"Fichier « {SCHOOL}_Conso_CDC.csv » refusé."
    assert shown(REASON) == REASON
    for named in (
        "Courbe de production du producteur 30001000000201 absente.",
        f"Courbe de consommation des consommateurs 30001000000102 et {SCHOOL} absente.",
        "Clés inconnues. Fichier « 30001000000201_Prod_CDC.csv » refusé.",
    ):
        assert shown(named) == "Il manque, à ces dates, des données d'un autre point de l'opération."


def test_a_report_whose_bills_are_all_verified_says_nothing_of_it(report):
    assert summary.unverified(report) is None


def test_the_index_has_those_of_no_operation_too(published, tmp_path):
    build(published, tmp_path, date(2025, 10, 1))
    said = spaces(Outline((tmp_path / "index.html").read_text(encoding="utf-8")).text)
    assert "Factures non vérifiées, faute de courbe (1)" in said
    assert "4 fichiers refusés en tout. 1 facture non vérifiée, faute de courbe" in said
    assert f"Octobre 2025, {OPERATION} : 1 site facturé, facture +33FACT. {REASON} Factures de points" in said
    outside = said.partition("Factures de points d'aucune opération (2)")[2]
    assert f"Octobre 2025 : 2 sites facturés, factures F8, F9. {OUTSIDE}" in outside


@pytest.mark.parametrize(
    ("check", "prm", "behind"),
    [("price_missing", None, ["b/p.csv"]), ("missing_curve", SCHOOL, ["b/k.csv"]), ("missing_curve", "30001", []),
     ("under_billed", None, [])],
)  # fmt: skip
def test_what_is_missing_is_traced_to_the_refused_file_that_holds_it(told, check, prm, behind):
    finding = replace(told.findings[0], check_name=check, prm=prm, evidence=None)
    found = summary.proofs(told, finding)
    assert [proof.file for proof in found] == behind
    assert all(proof.said.startswith("fichier refusé (Nombre illisible)") for proof in found)


def test_refused_prices_are_told_apart_from_absent_ones(told, report):
    def said(of: content.ReportContent) -> str:
        poor = tuple(replace(row, saving_eur=None) for row in of.consumers)
        return summary.saving_sentence(replace(of, consumers=poor))

    assert said(told) == "Prix inconnus : le fichier p.csv a été refusé, voir « Qualité des données »."
    assert said(report) == "Prix non renseignés : déposer prices.csv pour calculer l'économie."


def test_the_refused_files_of_no_operation_that_may_concern_it_are_listed(told):
    assert [row.path for row in told.quarantined] == ["a/b.csv", "b/k.csv", "b/p.csv"]


def test_nothing_is_known_to_be_saved_where_nothing_is_known_to_be_shared(tmp_path):
    typed = rows()
    typed[marts.CONSUMER_MONTH][0] |= {"self_consumption_kwh": None}
    typed[marts.SAVING_MONTH][0] |= {"self_consumption_kwh": 0.0, "saving_eur": Decimal(0)}
    unknown = content.read(publications.write(tmp_path / "unknown.duckdb", typed), OPERATION, START)
    assert {row.prm: row.saving_eur for row in unknown.consumers}[SCHOOL] is None
    typed[marts.SAVING_MONTH][0] |= {"self_consumption_kwh": 7.0, "saving_eur": Decimal("1.20")}
    published = content.read(publications.write(tmp_path / "published.duckdb", typed), OPERATION, START)
    assert {row.prm: row.saving_eur for row in published.consumers}[SCHOOL] == Decimal("1.20")
