"""Direct View, list of sites, synthesis: workbooks as other programs write them."""

import io
import json
from datetime import date
from decimal import Decimal

import openpyxl
import pytest

from energy_pipeline.formats import supplier, synthesis
from energy_pipeline.formats.model import BadFile

RECEIVED = date(2025, 12, 1)
INVOICE_HEADER = [
    "NUM FACTURE", "DATE COMPTABLE", "ID DETAIL", "PDL/PRM", "Nom Site", "DEBUT CONSO ET ACH. VAR.",
    "FIN CONSO ET ACH. VAR.", "MONTANT CONSO", "TOTAL HORS TVA", "TOTAL TTC", "TOTAL CONSO KWH", "REF SITE", "MYSTERE",
]  # fmt: skip
INVOICE = [
    103003547102, date(2025, 10, 4), "0001", 30001000000201, "École", date(2025, 9, 1),
    date(2025, 9, 30), 27.810000000000002, -3.5, 29.61, 565, "S1", "m",
]  # fmt: skip


def workbook(**sheets: list[list[object]]) -> bytes:
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def test_invoices_keep_ids_dates_amounts_and_unknown_columns():
    found = supplier.read("export.xlsx", workbook(Factures=[INVOICE_HEADER, INVOICE]), RECEIVED)
    row = found.rows[0]
    assert row["line"] == 2
    assert (row["supplier"], row["invoice_number"], row["detail_id"]) == ("TotalEnergies", "103003547102", "0001")
    assert (row["prm"], row["consumption_end"], row["consumption_kwh"]) == ("30001000000201", date(2025, 9, 30), 565.0)
    assert (row["energy_eur"], row["total_excl_vat_eur"]) == (Decimal("27.81"), Decimal("-3.5"))
    assert json.loads(row["extra"]) == {"REF SITE": "S1", "MYSTERE": "m"}
    assert [note.value for note in found.notes] == ["MYSTERE"]


def test_an_empty_detail_id_becomes_the_lines_prm_and_a_repeated_row_is_dropped():
    bare = [*INVOICE[:2], None, *INVOICE[3:]]
    found = supplier.read(
        "export.xlsx", workbook(F=[["Export"], [], INVOICE_HEADER, bare, bare, [None] * 13]), RECEIVED
    )
    assert [(row["detail_id"], row["line"]) for row in found.rows] == [("30001000000201", 4)]
    assert [note.line for note in found.notes] == [3, 5]


def test_invoices_as_csv_with_decimal_commas():
    header = ";".join(INVOICE_HEADER[:11])
    row = "103003547102;04/10/2025;0001;'30001000000201;École;01/09/2025;30/09/2025;1 027,81;3,5;29,61;565,0"
    found = supplier.read("export.csv", f"{header}\r\n{row}\r\n".encode("cp1252"), RECEIVED)
    assert found.rows[0]["energy_eur"] == Decimal("1027.81")
    assert found.rows[0]["site_name"] == "École"


def test_a_missing_column_is_named():
    header = [label for label in INVOICE_HEADER if label != "TOTAL TTC"]
    with pytest.raises(BadFile, match="TOTAL TTC") as refusal:
        supplier.read("export.xlsx", workbook(F=[header, [value for value in INVOICE if value != 29.61]]), RECEIVED)
    assert refusal.value.column == "TOTAL TTC"


@pytest.mark.parametrize(
    ("place", "value", "column"),
    [(3, "3000100000020", "PDL/PRM"), (7, "vingt", "MONTANT CONSO"), (6, "30/02/2025", "FIN CONSO ET ACH. VAR."),
     (0, None, "NUM FACTURE")],
)  # fmt: skip
def test_a_bad_cell_refuses_the_export(place, value, column):
    row = list(INVOICE)
    row[place] = value
    with pytest.raises(BadFile) as refusal:
        supplier.read("export.xlsx", workbook(F=[INVOICE_HEADER, INVOICE, row]), RECEIVED)
    assert (refusal.value.line, refusal.value.column) == (3, column)


def test_a_broken_workbook_is_refused():
    with pytest.raises(BadFile, match="Classeur illisible"):
        supplier.read("export.xlsx", workbook(F=[INVOICE_HEADER, INVOICE])[:-400], RECEIVED)


def test_sites_of_both_fluids():
    header = ["Energie", "Raison sociale", "Nom du compteur", "Point de service/Comptage", "Code postal", "Segment",
              "Statut", "Puissance souscrite (kVA)", "CAR", "Date d'entrée", "Date de sortie"]  # fmt: skip
    rows = [
        ["Electricité", "Commune", "École", 30001000000201, 1990, "C5", "Actif", 12, 4200, "01/01/2024", None],
        ["Gaz", "Commune", "Chaufferie", "0109633583", "01990", "T2", "Actif", None, 85000, "01/01/2024", "31/03/2025"],
    ]
    found = supplier.read("perimetre_2025-11-30.xlsx", workbook(P=[header, *rows]), RECEIVED)
    assert [(r["fluid"], r["site_id"], r["post_code"], r["valid_to"]) for r in found.rows] == [
        ("electricity", "30001000000201", "01990", None),
        ("gas", "0109633583", "01990", date(2025, 3, 31)),
    ]
    assert (found.rows[0]["subscribed_kva"], found.rows[0]["listed_on"]) == (12.0, date(2025, 11, 30))
    with pytest.raises(BadFile):
        supplier.read("p.xlsx", workbook(P=[header, ["Electricité", "C", "E", "12", "", "C5"]]), RECEIVED)


OPERATION = [
    ["Consommation totale (kWh)", 1000], ["Production totale (kWh)", 400], ["Autoconsommation totale (kWh)", 300],
    ["Surplus collectif (kWh)", 100], ["Taux d'autoconsommation", 75], ["Taux d'autoproduction", 0.3],
    ["Taux de couverture (%)", 40],
]  # fmt: skip


def figures(found) -> dict[tuple[object, ...], float]:
    return {(r["level"], r["prm"], r["indicator"], r["slot"]): r["value"] for r in found.rows}


def test_synthesis_by_content_whatever_the_sheets_are_called():
    content = workbook(
        A=OPERATION,
        B=[
            ["PRM", "Injection (kWh)", "Électricité autoproduite", "Surplus réparti"],
            ["30001000000101", 400, 300, 100],
        ],
        C=[
            ["PRM", "Poste", "Consommation", "Autoconsommée : autoconso (kWh)", "Complément"],
            ["30001000000201", "HP", 600, 250, 350],
            ["", "HC", 400, 50, 350],
            ["Total", "", 1000, 300, 700],
        ],
    )
    found = figures(synthesis.read("ACC00000007_01112024_30112024.xlsx", content))
    assert found[("operation", None, "consumption_kwh", None)] == 1000
    rates = [found[("operation", None, f"{name}_rate", None)] for name in
             ("self_consumption", "self_production", "coverage")]  # fmt: skip
    assert rates == [0.75, 0.3, 0.4]
    producer = "producer", "30001000000101"
    assert [found[(*producer, name, None)] for name in ("production_kwh", "self_produced_kwh", "surplus_kwh")] == [
        400, 300, 100,
    ]  # fmt: skip
    consumer = "consumer", "30001000000201"
    assert [found[(*consumer, "self_consumption_kwh", slot)] for slot in ("HP", "HC")] == [250, 50]
    assert found[(*consumer, "complement_kwh", "HC")] == 350
    assert len(found) == 7 + 3 + 6


def test_synthesis_with_slots_as_columns_and_indicators_in_a_row():
    content = workbook(
        Synthèse=[[label for label, _ in OPERATION], [value for _, value in OPERATION]],
        Détail=[["PRM", "Consommation HP (MWh)", "Consommation HC (MWh)"], ["30001000000201", 0.6, 0.4]],
    )
    found = figures(synthesis.read("ACC00000007_01112024_30112024.xlsx", content))
    assert found[("operation", None, "self_consumption_rate", None)] == 0.75
    assert found[("consumer", "30001000000201", "consumption_kwh", "HC")] == 400


def test_a_synthesis_without_indicator_or_with_a_bad_number_is_refused():
    with pytest.raises(BadFile, match="Aucun indicateur"):
        synthesis.read("ACC00000007_01112024_30112024.xlsx", workbook(A=[["rien", 1]]))
    bad = [["PRM", "Consommation", "Complément"], ["30001000000201", "douze", 1]]
    with pytest.raises(BadFile) as refusal:
        synthesis.read("ACC00000007_01112024_30112024.xlsx", workbook(A=bad))
    assert (refusal.value.line, refusal.value.column, refusal.value.value) == (2, "Consommation", "douze")
