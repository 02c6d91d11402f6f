"""Bills of a commune in the columns of ENGIE: the same findings, with the same euros, as in those of Direct View."""

from collections.abc import Iterable
from datetime import date

import polars as pl
import pytest

from energy_pipeline.demo.annexes import operations_toml, prices_csv
from energy_pipeline.demo.direct_view import Row, invoices_file
from energy_pipeline.demo.files import Inbox
from energy_pipeline.demo.world import operation
from tests.bill_corpus import CURVES, WRITTEN, participants
from tests.bill_errors import drawn, more_kwh
from tests.chain import Judged, judge
from tests.unit.formats.supplier_files import rows, workbook
from tests.unit.formats.supplier_headers import ENGIE_2026

RIGHT, NOT_DEDUCTED, TOO_MANY = ("0", "1", "4"), "7", "2"
EXCESS = 150
GREEN = "Montant Electricité d'origine renouvelable (€)"
SLOTS = ("HPH", "HCH", "HPB", "HCB")


def engie(row: Row) -> dict[str, object]:
    """Return a row of Direct View as ENGIE writes it, label by label; what it has no column for is left out."""
    four = row["SEGMENT"] == "C4"
    kwh = {"HPH": row["CONSO BASE/HP/HPH"], "HCH": row.get("CONSO HC/HCH"),
           "HPB": row.get("CONSO HPE"), "HCB": row.get("CONSO HCE")}  # fmt: skip
    return {
        "N° Facture ou Avoir": f"{row['NUM FACTURE']}{row['ID DETAIL']}", "Type de document": "Facture",
        "N° FMC/FUM/Bordereau": row["NUM FACTURE"], "Libellé du CCC": row["LIB REGROUPEMENT"],
        "Date d'édition": row["DATE COMPTABLE"], "Désignation Site": row["NOM SITE"], "PCE/PDL": row["PDL/PRM"],
        "Segment distributeur": row["SEGMENT"], "Tarif d'acheminement": row["OPTION TARIFAIRE"],
        "Date de début de période de consommation": row["DEBUT CONSO ET ACH. VAR."],
        "Date de fin de période de consommation": row["FIN CONSO ET ACH. VAR."], "Statut relève": "Relève réelle",
        "Puissance souscrite (kVA)": row["PUISSANCE SOUSCRITE"], "Consommation (kWh)": row["TOTAL CONSO KWH"],
        **{f"Consommation {slot} (kWh)": kwh[slot] for slot in (SLOTS if four else SLOTS[:2])},
        "Total fourniture HTT (€)": row["MONTANT CONSO"], "Montant obligation Capacité (€)": row["MONTANT CAPACITE"],
        GREEN: row["MONTANT GO"],
        "CEE CLASSIQUES Montant HT (€)": row["MONTANT CEE"],
        "CEE PRECARITE Montant HT (€)": row["MONTANT CEE PRECARITE"],
        "Total part fixe acheminement (€)": row["MONTANT ACHEMINEMENT FIXE"],
        "Montant total part variable acheminement (€)": row["MONTANT ACHEMINEMENT VARIABLE"],
        "Montant total HTT (€)": row["MONTANT HTT"], "Total TICFE (€)": row["MONTANT CSPE"],
        "Total CTA Elec (€)": row["MONTANT CTA"], "Montant total HTVA (€)": row["TOTAL HORS TVA"],
        "Montant Total TVA taux réduit (€)": row["TVA TR"], "Montant Total TVA Normal (€)": row["TVA TN"],
        "Montant TTC (€)": row["TOTAL TTC"],
    }  # fmt: skip


def sheets(bills: Iterable[Row]) -> bytes:
    """Return « Mes Factures »: a sheet per segment, twelve lines above the labels."""
    above = [[None]] * 12
    by_segment = {name: [engie(row) for row in bills if row["SEGMENT"] == name] for name in ("C4", "C5")}
    return workbook(**{name: above + rows((*ENGIE_2026, GREEN), *found) for name, found in by_segment.items()})


@pytest.fixture(scope="module")
def judged(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Judged]:
    made = {}
    for supplier in ("TotalEnergies", "ENGIE"):
        folder = tmp_path_factory.mktemp(supplier)
        inbox = Inbox(folder / "inbox")
        acc = operation(3, consumers=8, producers=1, months=CURVES[1], first=CURVES[0], seed=5)
        shared = participants(acc, inbox)
        first = shared[NOT_DEDUCTED][0]
        more_kwh(first, drawn(first) - first["TOTAL CONSO KWH"])
        more_kwh(shared[TOO_MANY][0], EXCESS)
        bills = [row for name in (*RIGHT, NOT_DEDUCTED, TOO_MANY) for row in shared[name]]
        if supplier == "ENGIE":
            inbox.write("fournisseur/mes_factures.xlsx", sheets(bills), WRITTEN)
        else:
            inbox.write("fournisseur/DirectView_factures.xlsx", invoices_file(bills, WRITTEN.date()), WRITTEN)
        inbox.write("operations.toml", operations_toml([acc]), WRITTEN)
        inbox.write("prices.csv", prices_csv([acc], CURVES[0]), WRITTEN)
        made[supplier] = judge(folder / "inbox", folder / "home")
    return made


def found(one: Judged) -> list[tuple[object, ...]]:
    kept = one.finding.filter(pl.col("check_name") != "missing_bill")
    return (
        kept.sort("prm", "check_name")
        .select("check_name", "prm", "period_start", "amount_eur", "amount_ttc_eur")
        .rows()
    )


def test_the_files_are_read(judged):
    assert judged["ENGIE"].file.filter(kind="invoices")["status"].to_list() == ["loaded"]


def test_what_is_wrong_is_found_with_the_same_euros_and_nothing_else(judged):
    told = found(judged["ENGIE"])
    assert told == found(judged["TotalEnergies"])
    assert [row[0] for row in told] == ["over_billed", "self_consumption_not_deducted"]
    assert {row[2] for row in told} == {date(2025, 10, 1)}
    # 150 kWh × (96,80 + 1,15 + 4,03 + 1,34 + 4,21) / 1 000
    assert float(told[0][3]) == pytest.approx(16.13, abs=0.1)
    assert float(told[0][4]) == pytest.approx(16.13 * 1.2, abs=0.1)
