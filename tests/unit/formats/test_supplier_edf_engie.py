"""EDF: the zip of three files and the single csv of 2026. ENGIE: two generations of « Mes Factures », the indexes."""

import json
from datetime import date
from decimal import Decimal

import pytest

from energy_pipeline.formats import supplier
from energy_pipeline.formats.model import BadFile, Reading
from energy_pipeline.formats.supplier_layout import fingerprint, supplier_layouts
from energy_pipeline.invoices import invoices, total_mismatches
from energy_pipeline.invoices.details import reading
from energy_pipeline.landing.frames import frame
from tests.unit.formats import supplier_headers as headers
from tests.unit.formats.supplier_files import rows, table, workbook
from tests.unit.invoices.rows import landed

RECEIVED = date(2026, 6, 10)
PRM = "01000100000301"
"""Begins with a zero: a spreadsheet would eat it, a csv keeps it."""
OTHER = "30001000000302"


def read(name: str, content: bytes) -> Reading:
    found = supplier.read(name, content, RECEIVED)
    for part in (found, *found.others):
        frame(part.table, [row | {"file_id": "f"} for row in part.rows])
    return found


def test_the_headers_known_to_the_letter_have_their_fingerprint():
    known = {one.name: one.fingerprints for one in supplier_layouts()}
    for name, header in {
        "edf_invoices_sites_2023": headers.EDF_SITES,
        "edf_readings_registers_2023": headers.EDF_REGISTERS,
        "edf_sites_contracts_2023": headers.EDF_CONTRACTS,
        "engie_invoices_electricity_2023": headers.ENGIE_2023,
        "engie_readings_2023": headers.ENGIE_INDEXES,
    }.items():
        assert fingerprint(header) in known[name], name
    assert [len(header) for header in (headers.EDF_SITES, headers.EDF_REGISTERS, headers.ENGIE_2023)] == [33, 23, 57]


EDF = {
    "Date de la facture": "05/10/2025", "Numéro de facture": "10123456789", "Référence EDF": "1-AB2C-3",
    "Référence d'acheminement": PRM, "Nom du site": "Stade", "Segmentation OR": "C5", "Type de facture": "Relevé",
    "Début période de consommation": "01/09/2025", "Fin période de consommation": "30/09/2025",
    "Abonnement (Euros HT)": "5,10", "Total consommation (kWh)": "1 000", "Prix moyen HT (cEuros/kWh)": "10,25",
    "Total énergie facturée (Euros HT)": "102,50", "Total URD (Euros HT)": "62,98", "CSPE": "29,98", "CT": "3,20",
    "Charge occasionnelle (Euros HT)": "12,00", "Total hors TVA (Euros)": "215,76",
    "Montant TVA à taux normal (Euros)": "43,15", "Montant total TVA (Euros)": "43,15", "Total TTC (Euros)": "258,91",
}  # fmt: skip


def test_edf_first_file_the_bills():
    found = read("sites_elec.csv", table(rows(headers.EDF_SITES, EDF, EDF | {"Type de facture": "Estimé"})))
    first, second = found.rows
    assert found.kind == "invoices" and found.notes == ()
    assert (first["supplier"], first["prm"], first["detail_id"], first["sheet"]) == ("EDF", PRM, "1-AB2C-3", None)
    assert (first["energy_price"], first["grid_eur"], first["vat_normal_eur"]) == (
        Decimal("0.102500"), Decimal("62.98"), Decimal("43.15"))  # fmt: skip
    assert first["other_eur"] == Decimal("12.00"), "what the other columns leave of the total"
    assert second["line"] == 3
    made = landed(found.table, [first, second])
    assert made.select(reading()).to_series().to_list() == ["actual", "estimated"]
    assert total_mismatches(made).is_empty()


def test_edf_second_file_the_registers():
    line = {label: EDF[label] for label in headers.EDF_REGISTERS if label in EDF} | {
        "Poste Horosaisonnier": "UN", "Libellé Poste Horosaisonnier": "Période unique",
        "Puissances souscrites (kW/kVA)": "9,0", "Consommation (kWh)": "1000", "Index début de période": "21844",
        "Date index début de période": "01/09/2025", "Index fin de période": "22844",
        "Date index fin de période": "30/09/2025", "Type index fin de période": "Réel",
    }  # fmt: skip
    peak = line | {"Poste Horosaisonnier": "HPE", "Libellé Poste Horosaisonnier": "Heures pleines été"}
    depth = line | {"Poste Horosaisonnier": "PAH", "Consommation (kWh)": "", "Index fin de période": ""}
    found = read("sites_elec_phs.csv", table(rows(headers.EDF_REGISTERS, line, peak, depth)))
    first, second = found.rows
    assert found.kind == "readings"
    assert (first["site_id"], first["slot"], first["previous_index"], first["index_value"]) == (
        PRM, "BASE", 21844, 22844)  # fmt: skip
    assert (first["previous_on"], first["read_on"], first["reading_type"]) == (
        date(2025, 9, 1), date(2025, 9, 30), "Réel")  # fmt: skip
    assert (second["register"], second["slot"], second["invoice_number"]) == ("HPE", "HPB", "10123456789")
    assert [(note.check_name, note.line) for note in found.notes] == [("supplier_file_note", 4)]


def test_edf_third_file_the_contracts_of_both_fluids():
    electricity = {"Référence EDF": "1-AB2C-3", "Nom du site": "Stade", "Segmentation OR": "C5",
                   "Référence d'acheminement": PRM, "Date de résiliation": "31/12/2025", "Compte commercial": "Commune",
                   "Code postal": "01990"}  # fmt: skip
    gas = {"Nom du site": "Chaufferie", "Référence PCE": "01096335830001", "Compte commercial": "Commune"}
    content = table(rows(headers.EDF_CONTRACTS, electricity, gas), "cp1252")
    found = read("informations_contractuelles_2026-01-05.csv", content)
    assert [(row["fluid"], row["site_id"], row["valid_to"], row["holder"]) for row in found.rows] == [
        ("electricity", PRM, date(2025, 12, 31), "Commune"), ("gas", "01096335830001", None, "Commune")]  # fmt: skip
    assert found.rows[0]["listed_on"] == date(2026, 1, 5) and found.notes == ()


EDF_2026 = {
    "num_facture": "10998877665", "date_facture": "2026-06-05", "code_imputation": "EP", "ref_acheminement": PRM,
    "nom_site": "Éclairage", "adresse_site": "1 rue du Bac;99000 EXEMPLE", "segment_or": "C5",
    "date_de_debut_de_consommation": "2026-05-01", "date_de_fin_de_consommation": "2026-05-31",
    "puissance_souscrite_base": "6.0", "conso_elec_facturee_kwh": "400.0", "total_fourniture_elec_ht_euros": "40.00",
    "composante_de_soutirage_fixe_reprise_euros": "-8.54", "composante_de_soutirage_fixe_echu_euros": "8.54",
    "composante_de_soutirage_fixe_echoir_euros": "9.10", "composante_de_gestion_echoir_euros": "1.43",
    "contrib_serv_public_electricite_euros": "12.34", "contrib_tarifaire_achem_elec_euros": "1.58",
    "total_htva_euros": "78.45", "tva_totale_euros": "15.69", "montant_total_ttc_euros": "94.14",
}  # fmt: skip


def test_edf_single_csv_several_periods_credits_and_rows_without_a_period():
    header = (*headers.EDF_2026, "colonne_nouvelle_euros")
    old = EDF_2026 | {"date_de_debut_de_consommation": "2024-02-01", "date_de_fin_de_consommation": "2024-02-29"}
    bare = EDF_2026 | {"date_de_debut_de_consommation": "", "date_de_fin_de_consommation": ""}
    credit = EDF_2026 | {"num_facture": "10998877700", "total_htva_euros": "-78.45", "tva_totale_euros": "-15.69",
                         "montant_total_ttc_euros": "-94.14", "conso_elec_facturee_kwh": "-400.0"}  # fmt: skip
    found = read("export.csv", table(rows(header, EDF_2026, old, bare, credit)))
    first, second, third, fourth = found.rows
    assert (first["supplier"], first["prm"], first["detail_id"]) == ("EDF", PRM, PRM)
    assert first["fixed_grid_eur"] == Decimal("10.53"), "taken back, due and ahead, added"
    assert first["other_eur"] == Decimal("14.00"), "the variable part and what else has no column"
    assert second["consumption_start"] == date(2024, 2, 1)
    assert (third["consumption_start"], third["total_incl_vat_eur"]) == (None, Decimal("94.14"))
    assert fourth["total_incl_vat_eur"] == Decimal("-94.14")
    assert (first["vat_eur"], first.get("vat_normal_eur")) == (Decimal("15.69"), None), "of which rates nobody says"
    assert dict(invoices(landed(found.table, [first])).select("vat_eur", "total_incl_vat_eur").iter_rows()) == {
        Decimal("15.69"): Decimal("94.14")}  # fmt: skip
    assert [note.value for note in found.notes] == ["colonne_nouvelle_euros"]
    assert total_mismatches(landed(found.table, found.rows[:3])).is_empty()


ENGIE = {
    "N° Document": "600111222", "Type de document": "Facture", "N° FMC/FUM/Bordereau": "900555444",
    "Libellé du CCC": "Bâtiments", "Date d'édition": date(2023, 3, 5), "Nom du site": "Mairie", "PDL": PRM,
    "Date de début de période de consommation": date(2023, 2, 1),
    "Date de fin de période de consommation": date(2023, 2, 28), "Libellé offre": "Electricité Gestion+",
    "Consommation totale (kWh)": 750, "Consommation HP (kWh)": 500, "Consommation HC (kWh)": 250,
    "Puissance souscrite": 12, "Total fourniture HTT (TURPE inclus pour les offres Energie fixe)": 150.5,
    "Montant total agrégé HTT": 160.5, "Total CSPE": 0.75, "Total CTA Elec": 3.2, "Montant HTVA": 164.45,
    "Montant TVA taux réduit": 0.5, "Montant TVA taux normal": 31.1, "Montant total TTC": 196.05,
    "premier index relève HP": 1000, "dernier index relève HP": 1500,
}  # fmt: skip


def _two_line_header(header: tuple[str, ...]) -> list[list[object]]:
    above = [label if label in headers.ENGIE_LINE_12 else None for label in header]
    return [[None]] * 11 + [above, [None if label in headers.ENGIE_LINE_12 else label for label in header]]


def test_engie_first_generation_labels_on_lines_12_and_13():
    lines = _two_line_header(headers.ENGIE_2023) + rows(headers.ENGIE_2023, ENGIE)[1:]
    found = read("factures.xlsx", workbook(C5=lines))
    (row,) = found.rows
    assert found.notes == ()
    assert (row["supplier"], row["invoice_number"], row["detail_id"], row["line"], row["sheet"]) == (
        "ENGIE", "900555444", "600111222", 14, "C5")  # fmt: skip
    assert (row["prm"], row["supply_tariff"], row["subscribed_kva"]) == (PRM, "Electricité Gestion+", 12)
    assert (row["consumption_hp_kwh"], row["consumption_hc_kwh"]) == (500, 250)
    assert (row["excise_eur"], row["other_eur"], row["excl_tax_eur"]) == (
        Decimal("0.75"), Decimal("10.0"), Decimal("160.5"))  # fmt: skip
    assert (row["start_index_hp"], row["end_index_hp"]) == (1000, 1500)
    assert total_mismatches(landed(found.table, found.rows)).is_empty()


ENGIE_2026 = {
    "N° Facture ou Avoir": "600999001", "Type de document": "Facture", "N° FMC/FUM/Bordereau": "900999000",
    "Libellé du CCC": "Sports", "Date d'édition": "05/05/2026", "Date d'échéance": "04/06/26",
    "Désignation Site": "Gymnase", "Adresse  Site": "2 rue du Stade", "PCE/PDL": OTHER, "Segment distributeur": "C4",
    "Tarif d'acheminement": "BTSUPCU", "Contrat résilié": "Non", "Statut relève": "Réelle",
    "Date de début de période de consommation": "01/04/2026", "Date de fin de période de consommation": "30/04/2026",
    "Puissance souscrite (kVA)": "60 kVA", "Consommation (kWh)": 4000, "Consommation HPB (kWh)": 3000,
    "Consommation HCB (kWh)": 1000, "Total fourniture HTT (€)": 400, "Montant obligation Capacité (€)": 0,
    "CEE CLASSIQUES Montant HT (€)": 20, "Total part fixe acheminement (€)": 80,
    "Montant total part variable acheminement (€)": 75.5, "Montant total HTT (€)": 575.5, "Total TICFE (€)": 106.32,
    "Total CTA Elec (€)": 12, "Montant total HTVA (€)": 693.82, "Montant Total TVA Normal (€)": 138.76,
    "Montant TTC (€)": 832.58,
}  # fmt: skip


def test_engie_second_generation_sheets_registers_and_credits():
    credit = ENGIE_2026 | {
        "N° Facture ou Avoir": "600999002", "Type de document": "Avoir", "N° Document annulé": "600999001",
        "N° FMC/FUM/Bordereau": None, "Montant TTC (€)": -832.58, "Consommation (kWh)": -4000,
    }  # fmt: skip
    gas_header = tuple(label.replace("Total CTA Elec", "Total CTA Gaz").replace("TICFE", "TICGN")
                       for label in headers.ENGIE_2026)  # fmt: skip
    gas = {"N° Facture ou Avoir": "600999003", "N° FMC/FUM/Bordereau": "900999009", "PCE/PDL": "GI123456",
           "Date d'édition": "05/05/2026", "Consommation (kWh)": 9000, "Total fourniture HTT (€)": 360,
           "Montant total HTVA (€)": 520, "Total TICGN (€)": 150, "Total CTA Gaz (€)": 10,
           "Montant TTC (€)": 624}  # fmt: skip
    title = [[None]] * 12
    found = read("mes_factures.xlsx", workbook(
        C4=title + rows(headers.ENGIE_2026, ENGIE_2026, credit),
        C5=title + rows(headers.ENGIE_2026),
        Gaz=title + rows(gas_header, gas),
    ))  # fmt: skip
    bill, back, boiler = found.rows
    assert found.notes == ()
    assert [bill[f"consumption_{name}_kwh"] for name in ("hp", "hc", "hpb", "hcb")] == [None, None, 3000, 1000]
    assert (bill["subscribed_kva"], bill["due_date"], bill["cee_eur"]) == (60, date(2026, 6, 4), Decimal("20"))
    assert (bill["fixed_grid_eur"], bill["variable_grid_eur"], bill["other_eur"]) == (
        Decimal("80"), Decimal("75.5"), Decimal("0"))  # fmt: skip
    assert json.loads(bill["extra"])["Contrat résilié"] == "Non"
    assert (back["invoice_number"], back["origin_number"]) == ("600999002", "600999001"), "in no grouped invoice"
    assert (boiler["fluid"], boiler["pce"], boiler["excise_eur"], boiler["sheet"], boiler["line"]) == (
        "gas", "GI123456", Decimal("150"), "Gaz", 14)  # fmt: skip
    assert "prm" not in boiler and boiler["excl_tax_eur"] == Decimal("360")
    made = landed(found.table, [bill, boiler])
    assert made.select(reading()).to_series().to_list() == ["actual", None]
    assert total_mismatches(made).is_empty()


def test_engie_tells_what_each_slot_costs():
    amounts = [f"Montant facturé {slot} (€)" for slot in ("HPB", "HCB", "HP", "BASE")]
    priced = [*amounts, *(f"Prix unitaire {slot} (€)" for slot in ("HPBS", "HCBS", "HP", "HC"))]
    four = ENGIE_2026 | {"Montant facturé HPB (€)": 320.4, "Montant facturé HCB (€)": 79.6,
                         "Prix unitaire HPBS (€)": 0.1068, "Prix unitaire HCBS (€)": 0.0796}  # fmt: skip
    two = ENGIE_2026 | {"N° Facture ou Avoir": "600999005", "Montant facturé HP (€)": 91.2,
                        "Prix unitaire HP (€)": 0.118345, "Prix unitaire HC (€)": 0.09}  # fmt: skip
    lines = rows((*headers.ENGIE_2026, *priced), four, two)
    found = read("mes_factures.xlsx", workbook(C4=[[None]] * 12 + lines))
    assert found.notes == ()
    told = [[row[f"energy_{slot}_{what}"] for slot in ("hp", "hc", "hpb", "hcb") for what in ("eur", "price")
             if f"energy_{slot}_{what}" in row] for row in found.rows]  # fmt: skip
    assert told[0] == [None, None, None, *map(Decimal, ("320.4", "0.1068", "79.6", "0.0796"))]
    assert told[1] == [*map(Decimal, ("91.2", "0.118345", "0.09")), None, None, None, None]
    (old,) = read("factures.xlsx", workbook(C5=_two_line_header(headers.ENGIE_2023) + rows(
        headers.ENGIE_2023, ENGIE | {"Montant facturé HP": 110.5, "Montant facturé HC": 40})[1:])).rows  # fmt: skip
    assert (old["energy_hp_eur"], old["energy_hc_eur"]) == (Decimal("110.5"), Decimal("40"))


@pytest.mark.parametrize("sign", [1, -1])
def test_a_credit_of_engie_is_negative_whatever_sign_it_is_written_with(sign):
    amounts = {label: sign * value for label, value in ENGIE_2026.items()
               if isinstance(value, int | float) and ("€" in label or "Consommation" in label)}  # fmt: skip
    credit = ENGIE_2026 | amounts | {"N° Facture ou Avoir": "600999002", "Type de document": "Avoir"}
    found = read("mes_factures.xlsx", workbook(C4=[[None]] * 12 + rows(headers.ENGIE_2026, credit)))
    (row,) = found.rows
    assert (row["total_incl_vat_eur"], row["consumption_kwh"]) == (Decimal("-832.58"), -4000)
    assert (row["consumption_hpb_kwh"], row["energy_eur"] < 0, row["subscribed_kva"]) == (-3000, True, 60)


def test_a_prm_of_thirteen_digits_refuses_the_electricity_sheet():
    short = ENGIE_2026 | {"PCE/PDL": "3000100000030"}
    with pytest.raises(BadFile, match="PRM invalide") as refusal:
        read("mes_factures.xlsx", workbook(C4=[[None]] * 12 + rows(headers.ENGIE_2026, short)))
    assert (refusal.value.line, refusal.value.column) == (14, "PCE/PDL")


def test_engie_indexes_a_column_per_register():
    lines = rows(headers.ENGIE_INDEXES, {"PRM": OTHER, "Date index": date(2026, 4, 30), "Index HP (kWh)": 1500,
                                         "Index  HC (kWh)": 900, "Numéro de facture": "900999000"})  # fmt: skip
    found = read("index.xlsx", workbook(Index=[[None]] * 11 + lines))
    assert found.kind == "readings"
    assert [(row["register"], row["slot"], row["index_value"], row["read_on"]) for row in found.rows] == [
        ("HP", "HP", 1500, date(2026, 4, 30)), ("HC", "HC", 900, date(2026, 4, 30))]  # fmt: skip
