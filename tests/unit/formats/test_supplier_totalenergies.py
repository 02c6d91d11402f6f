"""TotalEnergies: Direct View of both fluids, lists of sites, yearly sheet and the portal's tables."""

import json
from datetime import date
from decimal import Decimal

import pytest

from energy_pipeline.formats import supplier
from energy_pipeline.formats.model import BadFile, Reading
from energy_pipeline.formats.supplier_layout import fingerprint, supplier_layouts
from energy_pipeline.invoices import invoice_lines, invoices, total_mismatches
from energy_pipeline.landing.frames import frame
from energy_pipeline.tables import landing
from tests.unit.formats import supplier_headers as headers
from tests.unit.formats.supplier_files import rows, workbook
from tests.unit.invoices.rows import landed

RECEIVED = date(2026, 3, 6)
PRM = "30001000000301"
PCE = "0109633583"

ELECTRICITY = {
    "NUM FACTURE": 103003547102, "DATE COMPTABLE": date(2025, 10, 1), "DATE D'ECHEANCE": date(2025, 11, 1),
    "ID DETAIL": "0001", "TYPE DETAIL": "FACTURE", "LIB REGROUPEMENT": "Écoles", "PDL/PRM": int(PRM), "SEGMENT": "C4",
    "NUM COMPTEUR": 4176442297354, "OPTION TARIFAIRE": "4 plages", "PUISSANCE SOUSCRITE": 60.0,
    "DEBUT ABO": date(2025, 10, 1), "FIN ABO": date(2025, 10, 31), "DEBUT CONSO ET ACH. VAR.": date(2025, 9, 1),
    "FIN CONSO ET ACH. VAR.": date(2025, 9, 30), "MONTANT CONSO": 27.810000000000002,
    "DEBUT ACH. FIXE": date(2025, 10, 1), "FIN ACH. FIXE": date(2025, 10, 31), "MONTANT ACHEMINEMENT FIXE": 13.91,
    "MONTANT HTT": 41.72, "TOTAL HORS TVA": 41.72, "TOTAL TTC": 50.06,
    "TOTAL CONSO KWH": 566, "CONSO BASE/HP/HPH": 0, "CONSO HC/HCH": 0, "CONSO HPE": 400, "CONSO HCE": 166,
    "TYPE RELEVE": "Relevé normal", "RELEVE FACTUREE_DEBUT BASE/HP/HPH": 21844,
    "RELEVE FACTUREE_FIN BASE": 22409, "REF SITE": "S-12", "INDEX REEL BASE/HP/HPH": 22195,
}  # fmt: skip
GAS = {
    "NUM FACTURE": "109003322224", "TYPE DETAIL": "FACTURE", "PCE": PCE, "NOM SITE": "Gymnase",
    "TARIF D'ACHEMINEMENT": "T2", "TYPE RELEVE": "Relevé normal", "DATE COMPTABLE": "04/03/2026",
    "DEBUT CONSO": "01/02/2026", "FIN CONSO": "28/02/2026", "COEFFICIENT DE CONVERSION": 11.2,
    "PRIX CONSO GAZ": 0.03212,
    "MONTANT CONSO GAZ": 53.96, "ABONNEMENT FOURNISSEUR": 4.0, "MONTANT CEE": 8.0, "MONTANT CEE PRECARITE": 2.0,
    "MONTANT CPB": 0.74, "MONTANT INDEXATION": -1.5, "ATRT TERME FIXE": 3.2, "ATRD TERME FIXE": 15.51,
    "ATRD TERME VARIABLE": 20.29, "MONTANT AUTRES": "-", "MONTANT TICGN / ACCISE SUR GAZ": 27.54, "MONTANT CTA": 3.84,
    "TOTAL HORS TVA": 137.58, "ASSIETTE TVA TN": 137.58, "TVA TN": 27.52, "TOTAL TTC": 165.10,
    "CAR CONSO": 21000, "TOTAL CONSO KWH": 1680, "TOTAL CONSO M3": 150,
}  # fmt: skip
CREDIT = GAS | {
    "NUM FACTURE": "109003322300", "TYPE DETAIL": "AVOIR", "NOM SITE": None, "TOTAL CONSO KWH": -1680,
    **{label: -value for label, value in GAS.items() if isinstance(value, float) and label.isupper()
       and label not in ("COEFFICIENT DE CONVERSION", "PRIX CONSO GAZ")},
}  # fmt: skip


def read(name: str, content: bytes) -> Reading:
    found = supplier.read(name, content, RECEIVED)
    for part in (found, *found.others):
        frame(part.table, [row | {"file_id": "f"} for row in part.rows])
    return found


def test_the_headers_known_to_the_letter_have_their_fingerprint():
    known = {one.name: one.fingerprints for one in supplier_layouts()}
    for name, header in {
        "totalenergies_invoices_electricity_2023": headers.DIRECT_VIEW,
        "totalenergies_sites_portal_2024": headers.PARC,
        "totalenergies_portal_invoices_statement_2024": headers.STATEMENT,
        "totalenergies_portal_invoices_meter_2024": headers.METER,
        "totalenergies_readings_portal_2024": headers.READINGS,
        "totalenergies_technical_requests_2024": headers.REQUESTS,
    }.items():
        assert fingerprint(header) in known[name], name
    assert len(headers.DIRECT_VIEW) == 70
    assert fingerprint(["B", "a "]) == fingerprint(["À", "b"]) != fingerprint(["A", "c"])


def test_direct_view_electricity_of_a_four_slot_meter():
    found = read("facture.xlsx", workbook(Factures=rows(headers.DIRECT_VIEW_C4, ELECTRICITY)))
    (row,) = found.rows
    assert found.kind == "invoices" and found.notes == ()
    assert (row["supplier"], row["fluid"], row["prm"], row.get("pce")) == (
        "TotalEnergies", "electricity", PRM, None)  # fmt: skip
    assert (row["invoice_number"], row["sheet"], row["line"]) == ("103003547102", "Factures", 2)
    assert (row["energy_eur"], row["meter_number"]) == (Decimal("27.81"), "4176442297354")
    assert [row[f"consumption_{register}_kwh"] for register in ("hp", "hc", "hpb", "hcb")] == [0, 0, 400, 166]
    assert (row["start_index_hp"], row["end_index_hp"]) == (21844, 22409)
    assert json.loads(row["extra"]) == {"INDEX REEL BASE/HP/HPH": "22195", "REF SITE": "S-12"}


def test_what_each_slot_costs_where_an_export_tells_it():
    told = {"MONTANT CONSO HPE": 21.0, "MONTANT CONSO HCE": 6.81, "PRIX CONSO HPE": 0.0525, "PRIX CONSO HCE": 0.041024}
    (row,) = read("F.xlsx", workbook(F=rows((*headers.DIRECT_VIEW_C4, *told), ELECTRICITY | told))).rows
    assert [row[f"energy_{slot}_{what}"] for what in ("eur", "price") for slot in ("hpb", "hcb")] == [
        Decimal("21"), Decimal("6.81"), Decimal("0.0525"), Decimal("0.041024")]  # fmt: skip
    assert total_mismatches(landed(landing.INVOICE_ROW, [row])).is_empty(), "they are parts of MONTANT CONSO"


def test_columns_after_the_seventieth_are_kept_and_noted_once():
    header = (*headers.DIRECT_VIEW, "MONTANT VERSEMENT NUCLEAIRE", "COMMENTAIRE")
    lines = rows(header, *({**_c5(number), "MONTANT VERSEMENT NUCLEAIRE": 1.5} for number in range(3)))
    found = read("facture.xlsx", workbook(F=lines))
    assert [json.loads(row["extra"])["MONTANT VERSEMENT NUCLEAIRE"] for row in found.rows] == ["1.5"] * 3
    (note,) = found.notes
    assert note.check_name == "unknown_columns"
    assert note.value == "MONTANT VERSEMENT NUCLEAIRE, COMMENTAIRE"


def _c5(number: int) -> dict[str, object]:
    four_slots = ("CONSO HPE", "CONSO HCE")
    return {key: value for key, value in ELECTRICITY.items() if key not in four_slots} | {
        "NUM FACTURE": f"1{number:011d}"
    }


@pytest.mark.parametrize("missing", ["PDL/PRM", "NUM FACTURE", "TOTAL TTC", "MONTANT CONSO"])
def test_a_missing_mandatory_column_refuses_the_file_by_its_name(missing):
    header = [label for label in headers.DIRECT_VIEW if label != missing]
    with pytest.raises(BadFile, match="Colonne obligatoire absente") as refusal:
        read("facture.xlsx", workbook(F=rows(header, {k: v for k, v in _c5(1).items() if k in header})))
    assert refusal.value.column == missing


def test_an_unknown_column_whose_accents_were_lost_is_shown_beside_the_one_that_it_is():
    def said(header: str) -> str:
        portal = ["Energie", "Point de service/Comptage", "Date d'entrée", "Date de sortie", "Segment", "Statut"]
        site = {"Energie": "Electricité", "Point de service/Comptage": PRM}
        lines = [[header if label == "Date d'entrée" else label for label in portal],
                 [site.get(label) for label in portal]]  # fmt: skip
        return " ".join(note.message for note in read("sites.xlsx", workbook(F=lines)).notes)

    whole = "Colonne inconnue, conservée sans être interprétée : "
    assert said("Date d'entr?e") == f"{whole}Date d'entr?e (sans doute « Date d'entrée »)."
    assert said("Date d'entr\ufffde") == f"{whole}Date d'entr\ufffde (sans doute « Date d'entrée »)."
    assert said("Date d'arrivée") == f"{whole}Date d'arrivée."
    assert said("Date d'entrée") == ""


def test_a_column_of_another_unit_is_offered_for_none():
    header = ["TOTAL CONSO MWH" if label == "TOTAL CONSO KWH" else label for label in headers.DIRECT_VIEW_GAS]
    bill = {label: value for label, value in GAS.items() if label in header}
    with pytest.raises(BadFile) as refusal:
        read("gaz.xlsx", workbook(F=rows(header, bill)))
    assert refusal.value.reason == (
        "Colonne obligatoire absente : TOTAL CONSO KWH. Colonne inconnue : TOTAL CONSO MWH."
    )


def _in_english(value: object) -> object:
    """Return a day as a spreadsheet set to English keeps it when it reads JJ/MM/AAAA."""
    if not isinstance(value, date):
        return value
    return date(value.year, value.day, value.month) if value.day <= 12 else f"{value:%d/%m/%Y}"


def test_days_that_a_spreadsheet_set_to_english_took_for_months_refuse_the_file():
    swapped = {label: _in_english(value) for label, value in _c5(1).items()}
    assert swapped["DEBUT CONSO ET ACH. VAR."] == date(2025, 1, 9)
    with pytest.raises(BadFile) as refusal:
        read("facture.xlsx", workbook(F=rows(headers.DIRECT_VIEW, swapped)))
    assert "jour et au mois échangés" in refusal.value.reason and "« 31/10/2025 »" in refusal.value.reason
    assert (refusal.value.line, refusal.value.column) == (2, "DATE COMPTABLE")
    assert str(refusal.value.value).startswith("2025-01-10")


@pytest.mark.parametrize(
    "typed",
    [
        {},
        {label: f"{value:%d/%m/%Y}" for label, value in ELECTRICITY.items() if isinstance(value, date)},
        {"FIN ABO": "31/10/2025"},  # one cell typed by hand: the other last days are dates
        {"FIN ABO": "31/10/2025", "FIN CONSO ET ACH. VAR.": "30/09/2025", "FIN ACH. FIXE": "31/10/2025",
         "DEBUT ABO": "01/10/2025"},  # all last days, and a first one, which English would have taken
    ],
)  # fmt: skip
def test_dates_typed_as_text_beside_true_ones_are_read(typed):
    (bill,) = read("facture.xlsx", workbook(F=rows(headers.DIRECT_VIEW, _c5(1) | typed))).rows
    assert (bill["subscription_start"], bill["subscription_end"]) == (date(2025, 10, 1), date(2025, 10, 31))
    assert (bill["consumption_start"], bill["consumption_end"]) == (date(2025, 9, 1), date(2025, 9, 30))


def test_direct_view_gas_its_components_and_its_point():
    found = read("gaz.xlsx", workbook(Export=rows(headers.DIRECT_VIEW_GAS, GAS, CREDIT)))
    bill, credit = found.rows
    assert found.notes == ()
    assert (bill["fluid"], bill["pce"], bill.get("prm"), bill["detail_id"]) == ("gas", PCE, None, PCE)
    assert (bill["volume_m3"], bill["kwh_per_m3"], bill["consumption_kwh"]) == (150, 11.2, 1680)
    assert (bill["energy_price"], bill["car_kwh"]) == (Decimal("0.032120"), 21000)
    twelve = ("energy_eur", "subscription_eur", "cee_eur", "cee_precarity_eur", "biogas_eur", "indexation_eur",
              "transport_eur", "fixed_grid_eur", "variable_grid_eur", "other_eur", "excise_eur", "cta_eur")  # fmt: skip
    assert sum(bill[name] or 0 for name in twelve) == bill["total_excl_vat_eur"] == Decimal("137.58")
    assert bill["excl_tax_eur"] == Decimal("106.20"), "the ten components before taxes"
    assert (credit["site_name"], credit["total_incl_vat_eur"]) == (None, Decimal("-165.10"))


def test_gas_bills_add_up_and_become_lines():
    found = read("gaz.xlsx", workbook(Export=rows(headers.DIRECT_VIEW_GAS, GAS, CREDIT)))
    table = landed(found.table, found.rows)
    assert total_mismatches(table).is_empty()
    kinds = {row["invoice_number"]: (row["kind"], row["fluid"]) for row in invoices(table).to_dicts()}
    assert kinds == {"109003322224": ("invoice", "gas"), "109003322300": ("credit", "gas")}
    lines = invoice_lines(table).filter(invoice_number="109003322224")
    amounts = dict(lines.select("component", "amount_eur").iter_rows())
    assert (amounts["transport"], amounts["biogas"], amounts["indexation"]) == (
        Decimal("3.2"), Decimal("0.74"), Decimal("-1.5"))  # fmt: skip
    assert set(lines["pce"]) == {PCE} and set(lines["prm"]) == {None}
    wrong = landed(found.table, [found.rows[0] | {"total_excl_vat_eur": Decimal("147.58")}])
    assert total_mismatches(wrong)["failed"].to_list()[0][0] == "taxes"


def test_both_direct_views_in_one_workbook():
    book = workbook(
        Electricité=rows(headers.DIRECT_VIEW, _c5(1)), Gaz=rows(headers.DIRECT_VIEW_GAS, GAS), Notice=[["Bonjour"]]
    )
    found = read("export.xlsx", book)
    assert [(row["fluid"], row["sheet"], row["line"]) for row in found.rows] == [
        ("electricity", "Electricité", 2), ("gas", "Gaz", 2)]  # fmt: skip
    assert found.notes == ()


def test_a_sheet_that_nobody_knows_is_said():
    other = [["A", "B", "C", "D", "E"], [1, 2, 3, 4, 5]]
    found = read("export.xlsx", workbook(F=rows(headers.DIRECT_VIEW, _c5(1)), Budget=other))
    assert [(note.check_name, note.value) for note in found.notes] == [("unknown_columns", "Budget")]


def test_the_portal_s_list_of_sites():
    line = {"Energie": "Electricité", "Nom du compteur": "École", "Point de service/Comptage": PRM, "Code postal": 1990,
            "Segment": "C4", "Statut": "Actif", "Lien fiche technique": "Fiche technique"}  # fmt: skip
    gas = {"Energie": "Gaz", "Point de service/Comptage": PCE, "Segment": "T2", "Statut": "Résilié"}
    found = read("parc_2026-02-28.xlsx", workbook(Parc=rows(headers.PARC, line, gas)))
    assert [(row["fluid"], row["site_id"], row["status"], row["listed_on"]) for row in found.rows] == [
        ("electricity", PRM, "Actif", date(2026, 2, 28)), ("gas", PCE, "Résilié", date(2026, 2, 28))]  # fmt: skip
    assert found.rows[0]["post_code"] == "01990"


def test_the_full_list_may_hold_readings_on_another_sheet():
    sites = [["Fluide", "PDL/PRM", "Nom du site", "Segment", "FTA", "CAR (kWh)", "Statut", "Date de sortie"],
             ["Elec", PRM, "École", "C5", "BTINFCU4", "4 200", "Sorti du marché", "31/12/2025"]]  # fmt: skip
    readings = [["PRM", "Date", "Tour compteur", "Relève", "Type"], [PRM, "15/10/2025", 0, "HP: 9660", "Relève réelle"]]
    found = read("perimetre.xlsx", workbook(Périmètre=sites, Relèves=readings))
    (site,) = found.rows
    assert (found.kind, site["status"], site["valid_to"], site["car_kwh"]) == (
        "sites", "Sorti du marché", date(2025, 12, 31), 4200)  # fmt: skip
    assert (site["tariff_option"], site["listed_on"]) == ("BTINFCU4", RECEIVED)
    (other,) = found.others
    assert (other.kind, other.rows[0]["slot"], other.rows[0]["index_value"]) == ("readings", "HP", 9660)


def test_readings_stand_under_the_point_that_the_title_names():
    lines = [
        ["PME-PMI 4 postes - C4"], ["PRM", PRM], ["Compteur Communicant - n°30000000000007"], [],
        headers.READINGS,
        ["15/10/2025", 0, "HPH: 9660", "Relève réelle"], [None, 0, "HCH: 1 458"], [None, 1, "HPE: 12,5"],
        [None, None, "HCE: 7"], ["15/09/2025", 0, "HPH: 9000", "Auto-relève"],
    ]  # fmt: skip
    found = read("releves.xlsx", workbook(Export=lines))
    assert {row["site_id"] for row in found.rows} == {PRM}
    assert [(row["read_on"], row["slot"], row["register"], row["index_value"], row["roll_over"], row["reading_type"])
            for row in found.rows] == [
        (date(2025, 10, 15), "HPH", "HPH", 9660, 0, "Relève réelle"),
        (date(2025, 10, 15), "HCH", "HCH", 1458, 0, "Relève réelle"),
        (date(2025, 10, 15), "HPB", "HPE", 12.5, 1, "Relève réelle"),
        (date(2025, 10, 15), "HCB", "HCE", 7, None, "Relève réelle"),
        (date(2025, 9, 15), "HPH", "HPH", 9000, 0, "Auto-relève"),
    ]  # fmt: skip


def test_four_registers_in_one_cell_and_the_point_in_the_file_s_name():
    cell = "HPH: 9660\nHCH: 1458\nHPE: 6660\nHCE: 1458"
    lines = [headers.READINGS, ["15/10/2025", 0, cell, "Relève réelle"], ["15/10/2024", 0, "8123", "Relève réelle"]]
    found = read(f"releves_{PRM}.xlsx", workbook(E=lines))
    assert [row["index_value"] for row in found.rows] == [9660, 1458, 6660, 1458, 8123]
    assert [row["slot"] for row in found.rows] == ["HPH", "HCH", "HPB", "HCB", None]
    with pytest.raises(BadFile, match="Point de livraison inconnu"):
        read("releves.xlsx", workbook(E=lines))


def test_the_portal_s_statement_shows_cancellations():
    bill = {"Date comptable": date(2026, 1, 1), "N° Facture": 103003547102, "Libellé facture": "20089202",
            "Conso (kWh)": "8 945", "Mode de réception": "Courrier", "Etat d'édition": "Editée",
            "Montant TTC (€)": "1 568,4"}  # fmt: skip
    undone = {"Date comptable": date(2026, 2, 1), "N° Facture": "103003547200", "Montant TTC (€)": -1568.4,
              "Facture d'origine annulée": "103003547102"}  # fmt: skip
    found = read("bilan.xlsx", workbook(Bilan=rows(headers.STATEMENT, bill, undone, {"Libellé facture": "Total"})))
    assert [(row["invoice_number"], row["total_incl_vat_eur"], row["origin_number"]) for row in found.rows] == [
        ("103003547102", Decimal("1568.4"), None), ("103003547200", Decimal("-1568.4"), "103003547102")]  # fmt: skip
    assert found.rows[0]["consumption_kwh"] == 8945 and found.rows[0]["fluid"] is None
    assert [(note.check_name, note.line) for note in found.notes] == [("supplier_file_note", 4)]


def test_the_bills_of_one_gas_meter():
    lines = [
        ["Vous consultez les données pour le compteur GAZPAR - T2"], [PCE], ["Compteur Gazpar - n°14200000000335"],
        headers.METER,
        ["01/09/2025", 0, -2, -0.04, 41.07, 41.03, 48.16, "109003322224.pdf"],
        ["15/07/2025", 0, "-85,5", "-8,09", "57,56", "28,5", "27,78", "118001060003.pdf"],
    ]  # fmt: skip
    found = read("suivi.xlsx", workbook(Suivi=lines))
    first, second = found.rows
    assert (first["fluid"], first["site_id"], first["invoice_number"]) == ("gas", PCE, "109003322224")
    assert (second["consumption_kwh"], second["energy_eur"], second["total_excl_vat_eur"]) == (
        -85.5, Decimal("-8.09"), Decimal("28.5"))  # fmt: skip


def test_the_yearly_sheet_takes_its_year_from_the_title():
    lines = [
        ["Feuillet de gestion 2025"], [],
        ["Energie", "PDL/PRM", "Nom du site", "Regroupement", "Segment", "Consommation annuelle (kWh)",
         "Abonnement (€ HT)", "Consommation (€ HT)", "Montant acheminement fixe", "Montant acheminement variable",
         "Montant CTA", "Montant CSPE", "Total hors TVA", "TVA TR", "TVA TN", "Total TTC"],
        ["Electricité", PRM, "École", "Écoles", "C5", 12500.5, 60, "1 100,25", 200, 400.5, 43, 380, 2183.75, 1, 430,
         2614.75],
        ["Gaz", PCE, "Gymnase", "Sports", "T2", 85000, None, 3000, 900, None, 200, 1300, 5400, None, 1080, 6480],
        [None, "", "Total", None, None, 97500.5],
    ]  # fmt: skip
    found = read("feuillet.xlsx", workbook(Feuillet=lines))
    school, gym = found.rows
    assert (school["year"], school["site_id"], school["grouping"]) == (2025, PRM, "Écoles")
    assert (school["grid_eur"], school["taxes_eur"], school["vat_eur"]) == (
        Decimal("600.5"), Decimal("423"), Decimal("431"))  # fmt: skip
    assert (gym["fluid"], gym["site_id"], gym["subscription_eur"], gym["grid_eur"]) == (
        "gas",
        PCE,
        None,
        Decimal("900"),
    )
    assert [note.line for note in found.notes] == [6]


def test_technical_requests():
    first = {"Référence demande": 4025099182, "Type de la demande": "Coupure temporaire et/ou dépose",
             "Date de la demande": "29/04/2025", "Point de comptage/livraison": PRM, "Date de RDV": "16/06/2025 14:30",
             "Statut": "Abandonnée", "Action": "Choisissez"}  # fmt: skip
    second = {"Référence demande": "4025099194", "Type de la demande": "Ajout de site - Mise en service",
              "Point de comptage/livraison": "/", "Statut": "Ouvert"}  # fmt: skip
    found = read("demandes.xlsx", workbook(Demandes=rows(headers.REQUESTS, first, second)))
    assert [(row["request_id"], row["site_id"], row["status"]) for row in found.rows] == [
        ("4025099182", PRM, "Abandonnée"), ("4025099194", None, "Ouvert")]  # fmt: skip
    assert found.rows[0]["appointment_on"] == date(2025, 6, 16)
    assert found.notes == ()
