from datetime import datetime
from decimal import Decimal

import openpyxl
import pytest
from openpyxl.utils import get_column_letter

from tests.unit.demo.reading import anomalies, curve_kwh, delivery, invoices, watts

MONTHS = ("2025-09", "2025-10", "2025-11")


def money(row, *names: str) -> Decimal:
    return sum((Decimal(str(row[name] or 0)) for name in names), Decimal(0)).quantize(Decimal("0.01"))


def prm(row) -> str:
    return row["PDL/PRM"].lstrip("'")


def test_columns_stand_where_the_supplier_puts_them(inbox):
    head = list(invoices(inbox, "2025-09")[0])
    where = {get_column_letter(n): name for n, name in enumerate(head, 1)}
    for letter, name in {
        "A": "NUM BP GROUPE", "J": "NUM FACTURE", "M": "ID DETAIL", "T": "PDL/PRM", "Z": "SEGMENT",
        "AH": "DEBUT CONSO ET ACH. VAR.", "AQ": "SOUTIRAGE RTE", "AV": "MONTANT HTT", "BB": "TOTAL HORS TVA",
        "BF": "TVA TN", "BG": "TOTAL TTC", "BH": "TOTAL CONSO KWH", "BL": "TYPE RELEVE",
        "BR": "RELEVE FACTUREE_FIN BASE", "BS": "CONSO HPE",
    }.items():  # fmt: skip
        assert where[letter] == name
    assert len(head) == 72


def test_identities_hold_to_the_cent_but_on_one_row(inbox):
    before = ("MONTANT ABO", "MONTANT CONSO", "MONTANT GO", "MONTANT CEE", "MONTANT CEE PRECARITE", "MONTANT ARENH",
              "MONTANT CAPACITE", "MONTANT AUTRES", "SOUTIRAGE RTE", "MONTANT ACHEMINEMENT FIXE",
              "MONTANT ACHEMINEMENT VARIABLE")  # fmt: skip
    taxes = ("MONTANT CSPE", "MONTANT CTA", "MONTANT TCCFE", "MONTANT TDCFE", "MONTANT TCFE")
    registers = ("CONSO BASE/HP/HPH", "CONSO HC/HCH", "CONSO HPE", "CONSO HCE")
    off = []
    for month in MONTHS:
        for row in invoices(inbox, month):
            assert money(row, "MONTANT HTT") == money(row, *before)
            assert money(row, "TOTAL HORS TVA") == money(row, "ASSIETTE TVA TR", "ASSIETTE TVA TN")
            assert money(row, "ASSIETTE TVA TR", "TVA TR") == 0
            assert abs(money(row, "TVA TN") - money(row, "ASSIETTE TVA TN") * Decimal("0.2")) <= Decimal("0.005")
            assert money(row, "TOTAL TTC") == money(row, "TOTAL HORS TVA", "TVA TR", "TVA TN")
            assert money(row, "TOTAL CONSO KWH") == money(row, *registers)
            assert abs(money(row, "MONTANT CSPE") - money(row, "TOTAL CONSO KWH") * Decimal("0.02998")) <= Decimal(
                "0.005"
            )
            difference = money(row, "TOTAL HORS TVA") - money(row, "MONTANT HTT", *taxes)
            if difference:
                off.append((row["NUM FACTURE"], prm(row), difference))
    (sown,) = (row for row in anomalies(inbox) if row["check_name"] == "invoice_total_mismatch")
    assert off == [(sown["invoice_number"], sown["prm"], Decimal("12.34"))]
    assert sown["amount_eur"] == "12.34"


def test_network_coefficients_of_turpe_7(inbox):
    row = next(row for row in invoices(inbox, "2025-09") if row["NOM SITE"] == "Hôtel de ville")
    # CU (dérogatoire), 30 kVA, October: 31 days of (16,80 + 22,00 + 11,07 × 30) €, billed in advance; CTA 21,93 %.
    assert (row["DEBUT ACH. FIXE"], row["FIN ACH. FIXE"]) == (datetime(2025, 10, 1), datetime(2025, 10, 31))  # noqa: DTZ001
    assert row["MONTANT ACHEMINEMENT FIXE"] == pytest.approx((16.80 + 22 + 332.10) * 31 / 365, abs=0.005)
    assert row["MONTANT CTA"] == pytest.approx(0.2193 * row["MONTANT ACHEMINEMENT FIXE"], abs=0.005)


def test_bills_follow_the_published_complement_but_where_errors_were_sown(inbox):
    sown = {
        (row["invoice_number"], row["prm"]): row
        for row in anomalies(inbox)
        if row["check_name"] in ("self_consumption_not_deducted", "over_billed")
    }
    seen = set()
    for month, stamps in zip(MONTHS, ("01092025_30092025", "01102025_31102025", "01112025_30112025"), strict=True):
        for operation in ("ACC00000101", "ACC00000103"):
            files = delivery(inbox, operation, stamps)
            for row in invoices(inbox, month):
                name = f"{prm(row)}_{stamps}_Complement_CDC.csv"
                if (
                    name not in files
                    or row["TYPE DETAIL"] == "AVOIR"
                    or row["DEBUT CONSO ET ACH. VAR."].month != int(month[5:])
                ):
                    continue
                complement = curve_kwh(files[name])
                more = row["TOTAL CONSO KWH"] - complement
                key = (row["NUM FACTURE"], prm(row))
                if key in sown:
                    seen.add(key)
                    assert more > 100
                    per_kwh = sum(
                        row[n]
                        for n in ("MONTANT CONSO", "MONTANT GO", "MONTANT CEE", "MONTANT CEE PRECARITE",
                                  "MONTANT CAPACITE")
                    ) / row["TOTAL CONSO KWH"]  # fmt: skip
                    assert float(sown[key]["amount_eur"]) == pytest.approx(more * per_kwh, abs=0.006)
                    assert float(sown[key]["amount_ttc_eur"]) == pytest.approx(more * per_kwh * 1.2, abs=0.006)
                    if sown[key]["check_name"] == "self_consumption_not_deducted":
                        physical = curve_kwh(files[name.replace("Complement", "Conso")])
                        assert row["TOTAL CONSO KWH"] == pytest.approx(physical, abs=2)
                elif row["NOM SITE"].startswith("Éclairage") and month == "2025-09":
                    assert more == pytest.approx(80, abs=2)
                else:
                    registers = 4 if row["SEGMENT"] == "C4" else 2
                    assert -0.5 * registers <= more <= 0.5 * registers + 0.775, (key, more)
    assert seen == set(sown)


def test_a_credit_cancels_the_bill_of_the_month_before(inbox):
    (avoir,) = (row for month in MONTHS for row in invoices(inbox, month) if row["TYPE DETAIL"] == "AVOIR")
    (first,) = (row for row in invoices(inbox, "2025-09") if row["NUM FACTURE"] == avoir["REF ORIGINE"])
    assert money(avoir, "TOTAL TTC") == -money(first, "TOTAL TTC")
    assert avoir["TOTAL CONSO KWH"] == -first["TOTAL CONSO KWH"]
    assert avoir["DATE COMPTABLE"] > first["DATE COMPTABLE"]
    again = [
        row for row in invoices(inbox, "2025-10")
        if prm(row) == prm(first) and row["DEBUT CONSO ET ACH. VAR."] == first["DEBUT CONSO ET ACH. VAR."]
        and row["TYPE DETAIL"] == "FACTURE"
    ]  # fmt: skip
    assert len(again) == 1
    assert again[0]["TOTAL CONSO KWH"] == first["TOTAL CONSO KWH"] - 80


def test_one_estimated_bill_and_prms_written_as_excel_does(inbox):
    rows = [row for month in MONTHS for row in invoices(inbox, month)]
    assert sum(row["TYPE RELEVE"] == "Estimé" for row in rows) == 1
    quirks = sum(row["PDL/PRM"].startswith("'") for row in rows)
    assert 0 < quirks < len(rows) / 2
    assert all(isinstance(row["PDL/PRM"], str) and len(prm(row)) == 14 for row in rows)


def test_the_reading_after_an_estimate_settles_it(inbox):
    rows = {m: next(r for r in invoices(inbox, m) if prm(r) == "30001000200101") for m in MONTHS[:2]}
    assert [row["TYPE RELEVE"] for row in rows.values()] == ["Estimé", "Relevé normal"]
    complement = 0.0
    for stamps in ("15082025_14092025", "15092025_14102025", "15102025_14112025"):
        curve = watts(delivery(inbox, "ACC00000102", stamps)[f"30001000200101_{stamps}_Complement_CDC.csv"])
        complement += sum(sum(values) for (_, label), values in curve.items() if label[3:5] in ("09", "10")) / 4000
    billed = [row["TOTAL CONSO KWH"] for row in rows.values()]
    assert sum(billed) == pytest.approx(complement, abs=4)


def test_unknown_site_is_in_no_list_and_no_perimeter(inbox):
    (sown,) = (row for row in anomalies(inbox) if row["check_name"] == "site_unknown")
    billed = [row for month in MONTHS for row in invoices(inbox, month) if prm(row) == sown["prm"]]
    assert [row["NUM FACTURE"] for row in billed] == [sown["invoice_number"]]
    sheet = openpyxl.load_workbook(inbox / "fournisseur/DirectView_perimetre_2025-11-30.xlsx").active
    listed = {row[3] for row in sheet.iter_rows(min_row=2, values_only=True)}
    assert sown["prm"] not in listed
    assert {prm(row) for month in MONTHS for row in invoices(inbox, month)} - listed == {sown["prm"]}


def test_gas_bills_follow_the_rates_of_2025(inbox):
    """September 2025: T2 186,12 € a year and 12,08 €/MWh, accise 15,43 €/MWh, all at 20 %."""
    sheet = openpyxl.load_workbook(inbox / "fournisseur/DirectView_factures_gaz_2025-09.xlsx").active
    head, *lines = sheet.iter_rows(values_only=True)
    rows = [dict(zip(head, line, strict=True)) for line in lines]
    assert [row["TARIF D'ACHEMINEMENT"] for row in rows] == ["T2", "T1"]
    row, kwh = rows[0], Decimal(str(rows[0]["TOTAL CONSO KWH"]))
    assert kwh > 1000
    assert abs(money(row, "TOTAL CONSO M3") * Decimal(str(row["COEFFICIENT DE CONVERSION"])) - kwh) <= Decimal("0.5")
    assert money(row, "ATRD TERME FIXE") == Decimal("15.51")
    for name, per_mwh in (("ATRD TERME VARIABLE", "12.08"), ("MONTANT TICGN / ACCISE SUR GAZ", "15.43"),
                          ("MONTANT CONSO GAZ", "32.12")):  # fmt: skip
        assert abs(money(row, name) - kwh * Decimal(per_mwh) / 1000) <= Decimal("0.005")
    assert money(row, "TOTAL TTC") == money(row, "TOTAL HORS TVA", "TVA TN")
    listed = openpyxl.load_workbook(inbox / "fournisseur/DirectView_perimetre_2025-11-30.xlsx").active
    assert {row["PCE"] for row in rows} <= {line[3] for line in listed.iter_rows(min_row=2, values_only=True)}
