"""What suppliers send, from the inbox to the marts: a zip of three files, tables of the portal, lists that change."""

from datetime import date
from pathlib import Path

import duckdb
import polars as pl
import pytest

from energy_pipeline import landing, tables, warehouse
from energy_pipeline.invoices import invoice_lines, invoices, latest_details
from energy_pipeline.tables import marts, schemas
from energy_pipeline.tables.supplier_marts import SUPPLIER_MARTS
from tests.unit.formats import supplier_headers as headers
from tests.unit.formats.supplier_files import rows, table, workbook
from tests.unit.formats.test_supplier_edf_engie import EDF, PRM
from tests.unit.formats.test_supplier_totalenergies import GAS, PCE
from tests.unit.landing.deliveries import House, drop, zipped

REGISTER = {label: EDF[label] for label in headers.EDF_REGISTERS if label in EDF} | {
    "Poste Horosaisonnier": "UN", "Consommation (kWh)": "1000", "Index fin de période": "22844",
    "Date index fin de période": "30/09/2025", "Type index fin de période": "Réel",
}  # fmt: skip
CONTRACT = {"Nom du site": "Stade", "Référence d'acheminement": PRM, "Compte commercial": "Commune"}


@pytest.fixture
def database():
    connection = duckdb.connect()
    connection.execute("SET TimeZone = 'Europe/Paris'")
    warehouse.create(connection, tables.ALL_TABLES)
    warehouse.create_staging(connection)
    return connection


def store(database: duckdb.DuckDBPyConnection, house: House) -> None:
    for parts in house.rows.values():
        for part in parts:
            table_ = next(one for one in tables.landing.TABLES if set(one.column_names) == set(part.columns))
            if table_ is not tables.landing.FILE:
                warehouse.insert(database, table_, part)
    warehouse.replace(database, tables.landing.FILE, house.files)
    for one in SUPPLIER_MARTS:
        warehouse.fill(database, one, f"marts/{one.name}")
        schemas.validate(one, mart(database, one.name))


def mart(database: duckdb.DuckDBPyConnection, name: str) -> pl.DataFrame:
    return warehouse.query(database, f"SELECT * FROM marts.{name}")


def parc(status: str, *more: dict[str, object]) -> bytes:
    school = {
        "Energie": "Electricité",
        "Point de service/Comptage": "30001000000301",
        "Segment": "C5",
        "Statut": status,
    }
    return workbook(Parc=rows(headers.PARC, school, *more))


def test_the_zip_of_three_files_lands_whole(tmp_path: Path, database):
    drop(tmp_path, "edf/export.zip", zipped({
        "sites_elec.csv": table(rows(headers.EDF_SITES, EDF)),
        "sites_elec_phs.csv": table(rows(headers.EDF_REGISTERS, REGISTER)),
        "informations_contractuelles.csv": table(rows(headers.EDF_CONTRACTS, CONTRACT)),
    }))  # fmt: skip
    house = House(tmp_path)
    house.land()
    assert dict(house.files.select("name", "kind").iter_rows()) == {
        "sites_elec.csv": "invoices", "sites_elec_phs.csv": "readings", "informations_contractuelles.csv": "sites",
    }  # fmt: skip
    store(database, house)
    (reading,) = mart(database, "reading").to_dicts()
    assert (reading["site_id"], reading["slot"], reading["index_value"]) == (PRM, "BASE", 22844)
    assert reading["path"] == "edf/export.zip!sites_elec_phs.csv"


def test_gas_bills_reach_the_marts_under_their_pce(tmp_path: Path, database):
    drop(tmp_path, "factures_gaz.xlsx", workbook(Export=rows(headers.DIRECT_VIEW_GAS, GAS)))
    house = House(tmp_path)
    house.land()
    store(database, house)
    details, _ = latest_details(warehouse.query(database, "SELECT * FROM staging.invoice_row"))
    warehouse.insert(database, marts.INVOICE, invoices(details))
    warehouse.insert(database, marts.INVOICE_LINE, invoice_lines(details))
    assert set(mart(database, "invoice_line").select("pce", "prm", "fluid").iter_rows()) == {(PCE, None, "gas")}
    assert mart(database, "invoice")["fluid"].to_list() == ["gas"]


def test_a_site_has_a_state_while_no_list_says_otherwise(tmp_path: Path, database):
    new = {"Energie": "Gaz", "Point de service/Comptage": PCE, "Segment": "T2", "Statut": "Actif"}
    for day, content in {
        "2025-09-30": parc("Actif"), "2025-10-31": parc("Actif", new), "2025-11-30": parc("Résilié", new),
    }.items():  # fmt: skip
        drop(tmp_path, f"parc_{day}.xlsx", content)
    house = House(tmp_path)
    house.land()
    store(database, house)
    history = mart(database, "site_history").select("site_id", "status", "valid_from", "valid_to")
    assert history.rows() == [
        ("30001000000301", "Actif", date(2025, 9, 30), date(2025, 11, 30)),
        ("30001000000301", "Résilié", date(2025, 11, 30), None),
        (PCE, "Actif", date(2025, 10, 31), None),
    ]


def test_of_what_the_portal_repeats_the_last_state_stands(tmp_path: Path, database):
    request = {"Référence demande": "4025099182", "Type de la demande": "Résiliation", "Statut": "Ouvert"}
    drop(tmp_path, "demandes.xlsx", workbook(D=rows(headers.REQUESTS, request)), "2025-10-01T08:00:00+02:00")
    closed = rows(headers.REQUESTS, request | {"Statut": "Terminée"})
    drop(tmp_path, "demandes_2.xlsx", workbook(D=closed), "2025-11-01T08:00:00+01:00")
    bill = {"Date comptable": date(2025, 9, 1), "N° Facture": "103003547102", "Libellé facture": "x",
            "Montant TTC (€)": 10}  # fmt: skip
    for name in ("bilan.xlsx", "bilan_2.xlsx"):
        drop(tmp_path, name, workbook(B=rows(headers.STATEMENT, bill)))
    house = House(tmp_path)
    house.land()
    store(database, house)
    assert mart(database, "technical_request")["status"].to_list() == ["Terminée"]
    assert mart(database, "portal_invoice")["invoice_number"].to_list() == ["103003547102"]


def test_what_is_only_shown_makes_the_month_of_its_reception_pending(tmp_path: Path):
    line = {"Date": "15/10/2025", "Tour compteur": 0, "Relève": "HP: 1", "Type": "Relève réelle"}
    drop(tmp_path, f"releves_{PRM}.xlsx", workbook(R=rows(headers.READINGS, line)), "2025-12-03T08:00:00+01:00")
    registry = schemas.empty(tables.landing.FILE)
    (landed,) = landing.land(tmp_path, registry)
    assert landing.touched_months(landed, [date(2024, 1, 1)], registry) == {date(2025, 12, 1)}
