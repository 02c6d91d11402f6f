import io
from dataclasses import replace
from datetime import datetime

import openpyxl
import pytest

from energy_pipeline.reports import workbook
from tests.unit.reports.conftest import EVIL_FORMULA, EVIL_TAG, HALL, ROOF, SCHOOL, SUPPLIER

HEADER = 4


@pytest.fixture
def book(report):
    return openpyxl.load_workbook(io.BytesIO(workbook.render(report)))


def table(sheet) -> list[dict[str, object]]:
    """Return the rows of a sheet under its header; a header that stands twice is numbered."""
    headers: list[str] = []
    for cell in sheet[HEADER]:
        again = sum(name.split("#")[0] == cell.value for name in headers)
        headers.append(f"{cell.value}#{again}" if again else cell.value)
    return [dict(zip(headers, values, strict=True)) for values in sheet.iter_rows(min_row=HEADER + 1, values_only=True)]


def test_the_three_sheets_of_the_synthesis_come_first(book):
    assert book.sheetnames == [
        "Opération", "Producteurs", "Consommateurs", "Échanges", "Constats", "Factures", "Contrôles",
    ]  # fmt: skip
    assert all(sheet.freeze_panes and sheet.auto_filter.ref for sheet in book)


def test_the_operation_has_ours_the_published_and_the_difference(book):
    rows = {row["Indicateur"]: row for row in table(book["Opération"])}
    shared = rows["Autoconsommation totale"]
    assert (shared["Recalculé"], shared["Publié par Enedis"], shared["Écart"]) == (3210.25, 3200.25, 10)
    assert (shared["Période précédente, recalculé"], shared["Un an avant, recalculé"]) == (3000, None)
    assert shared["Évolution"] == pytest.approx(210.25 / 3000)
    produced = rows["Production totale"]
    assert (produced["Un an avant, recalculé"], produced["Évolution sur un an"]) == (4000, pytest.approx(321.5 / 4000))
    assert rows["Taux d'autoconsommation"]["Évolution sur un an"] == pytest.approx(0.7429 - 0.5)
    assert rows["Taux d'autoconsommation"]["Recalculé"] == 0.7429
    assert rows["Taux de couverture"]["Publié par Enedis"] is None
    assert rows["Organisateur"]["Recalculé"] == "Commune d'Aubrac-le-Neuf"
    assert rows["Économie (HT)"]["Recalculé"] == 150.05
    assert rows["Sites sans prix"]["Recalculé"] == 1


def test_producers(book):
    roof, total = table(book["Producteurs"])
    assert (roof["PRM"], roof["Nom"], roof["Puissance (kW)"]) == (ROOF, "Toit de l'école", 36)
    assert roof["Électricité autoproduite, publié par Enedis (kWh)"] == 3200.25
    assert roof["Écart (kWh)#1"] == 10
    assert roof["Origine du publié"] == "fichiers d'énergie"
    assert total["Production injectée, recalculé (kWh)"] == 4321.5


def test_consumers_have_a_total_and_their_slots(book):
    rows = table(book["Consommateurs"])
    assert [(row["PRM"], row["Poste"], row["Consommation, recalculé (kWh)"]) for row in rows] == [
        (HALL, "Total", 4345.178),
        (SCHOOL, "Total", 8000.5),
        (SCHOOL, "HP", 5000.25),
        (SCHOOL, "HC", 3000.25),
        ("Total", "Total", pytest.approx(12345.678)),
    ]
    assert rows[2]["Heures du poste"] == "déduit"
    assert rows[2]["Écart (kWh)#1"] == 0.125


def test_exchanges_have_both_names_and_no_partial_total(book):
    first, second, total = table(book["Échanges"])
    assert (first["PRM du producteur"], first["Producteur"], first["PRM du consommateur"], first["Consommateur"]) == (
        ROOF, "Toit de l'école", SCHOOL, "École du Bourg",
    )  # fmt: skip
    ours, published = "Électricité partagée, recalculé (kWh)", "Électricité partagée, publié par Enedis (kWh)"
    assert [(row[ours], row[published]) for row in (first, second, total)] == [
        (2000.25, None), (None, 1210), (None, None),
    ]  # fmt: skip


def test_the_checks_of_the_bills_of_the_report_are_there_but_those_without_object(book):
    rows = table(book["Contrôles"])
    assert [row["Décision"] for row in rows] == ["Refusé", "À vérifier", "Conforme", "Conforme"]
    failed = rows[0]
    assert (failed["Facturé"], failed["Attendu"], failed["Unité"]) == (0.25, 0.2, "€/kWh")
    assert (failed["Montant (HT)"], failed["Source"]) == (12.3, "Contrat")
    assert EVIL_TAG in failed["Méthode"]


def test_a_sheet_prints_readably_its_first_columns_on_each_page(book):
    for sheet in book:
        setup = sheet.page_setup
        assert (setup.orientation, setup.paperSize) == ("landscape", 9)
        assert sheet.print_title_rows == "$4:$4"
        assert setup.fitToHeight == 0 or setup.scale >= 70, sheet.title
    wide = book["Consommateurs"]
    assert wide.print_title_cols == "$A:$B"
    headers = [cell.value for cell in wide[HEADER]]
    first_of_pages = [headers[place.id] for place in wide.col_breaks.brk]
    assert first_of_pages == ["Électricité autoconsommée, recalculé (kWh)"]


def test_findings_and_bills(book):
    first, *_ = table(book["Constats"])
    assert (first["Gravité"], first["À faire par"], first["Montant (HT)"], first["Montant (TTC)"]) == (
        "À corriger", SUPPLIER, 1234.56, 1481.47,
    )  # fmt: skip
    assert first["Preuves"] == "factures/export.xlsx, ligne 7 : valeur 1 200 kWh"
    assert EVIL_TAG in first["Message"]
    (bill,) = table(book["Factures"])
    assert (bill["Facture"], bill["Détail"], bill["Site"]) == ("+33FACT", "0001", "École du Bourg")
    assert (bill["Facturé (kWh)"], bill["Attendu (kWh)"], bill["Écart (kWh)"]) == (8000, 6010.25, 1989.75)
    assert (bill["Du"], bill["Au"]) == (datetime(2025, 9, 15), datetime(2025, 10, 14))  # noqa: DTZ001
    assert (bill["Verdict"], bill["Facturé en trop (HT)"]) == ("Autoconsommation non déduite", 1234.56)


def test_no_text_is_a_formula_or_a_link_and_a_prm_keeps_its_digits(book):
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row if cell.value is not None]
    assert not [cell for cell in cells if cell.data_type == "f" or cell.hyperlink]
    assert [cell.data_type for cell in cells if cell.value == EVIL_FORMULA] == ["s"] * 3
    assert {cell.data_type for cell in cells if cell.value in {SCHOOL, HALL, ROOF}} == {"s"}


def test_number_formats(book):
    sheet = book["Opération"]
    assert sheet["B5"].number_format == "#,##0.00"
    assert sheet["B10"].number_format == "0.0%"
    assert book["Factures"]["F5"].number_format == "dd/mm/yyyy"
    assert "€" in book["Factures"]["Q5"].number_format


def test_a_text_longer_than_a_cell_is_cut_not_lost(report):
    long = replace(report.findings[0], message="à" * 40_000)
    book = openpyxl.load_workbook(io.BytesIO(workbook.render(replace(report, findings=(long,)))))
    assert len(table(book["Constats"])[0]["Message"]) == 32_767
