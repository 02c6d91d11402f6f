"""The invoice that the supplier prints in its presentation, typed in its own export: read, reconciled and checked.

Of the second and third sites it prints totals only: their network stands in MONTANT AUTRES, their taxes in MONTANT CSPE
(20,69 € for the second, as its total and the invoice's header say; its own cell prints 20,89 €).
"""

from datetime import date, datetime, time
from pathlib import Path

from energy_pipeline.demo.direct_view import Row, invoices_file
from energy_pipeline.demo.files import Inbox
from tests.chain import Judged, judge

WRITTEN = datetime.combine(date(2021, 11, 5), time(8))
INVOICE: Row = {
    "NUM FACTURE": "103003547102", "DATE COMPTABLE": date(2021, 11, 1), "DATE D'ECHEANCE": date(2021, 12, 11),
    "TYPE DETAIL": "FACTURE", "SEGMENT": "C5", "LIB REGROUPEMENT": "Bâtiments", "MONTANT ABO": 0,
    "DEBUT CONSO ET ACH. VAR.": date(2021, 9, 1), "FIN CONSO ET ACH. VAR.": date(2021, 10, 31),
}  # fmt: skip
SITES: tuple[Row, ...] = (
    INVOICE | {
        "ID DETAIL": "0001", "PDL/PRM": "30001000000001", "OPTION TARIFAIRE": "Base - CU", "PUISSANCE SOUSCRITE": 6,
        "DEBUT ACH. FIXE": date(2021, 11, 1), "FIN ACH. FIXE": date(2021, 12, 31), "MONTANT CONSO": 27.81,
        "MONTANT CAPACITE": 4.84, "MONTANT CEE": 1.78, "MONTANT CEE PRECARITE": 0.59,
        "MONTANT ACHEMINEMENT FIXE": 13.91, "MONTANT ACHEMINEMENT VARIABLE": 20.96, "MONTANT HTT": 69.89,
        "MONTANT CSPE": 12.71, "MONTANT CTA": 3.05, "MONTANT TCCFE": 3.75, "MONTANT TDCFE": 1.88,
        "TOTAL HORS TVA": 91.28, "ASSIETTE TVA TR": 16.96, "TVA TR": 0.93, "ASSIETTE TVA TN": 74.32, "TVA TN": 14.86,
        "TOTAL TTC": 107.08, "TOTAL CONSO KWH": 566, "CONSO BASE/HP/HPH": 566,
        "DERNIERE RELEVE REELLE": date(2021, 10, 16), "TYPE RELEVE": "Estimé Enedis",
        "RELEVE FACTUREE_DEBUT BASE/HP/HPH": 21844, "RELEVE FACTUREE_FIN BASE": 22409,
    },
    INVOICE | {
        "ID DETAIL": "0002", "PDL/PRM": "30001000000002", "MONTANT CONSO": 26.53, "MONTANT AUTRES": 46.88,
        "MONTANT HTT": 73.41, "MONTANT CSPE": 20.69,
        "TOTAL HORS TVA": 94.10, "TVA TR": 2.08, "TVA TN": 11.26, "TOTAL TTC": 107.44,
    },
    INVOICE | {
        "ID DETAIL": "0003", "PDL/PRM": "30001000000003", "MONTANT CONSO": 2.68, "MONTANT AUTRES": 11.24,
        "MONTANT HTT": 13.92, "MONTANT CSPE": 3.51,
        "TOTAL HORS TVA": 17.43, "TVA TR": 0.65, "TVA TN": 1.14, "TOTAL TTC": 19.21,
    },
)  # fmt: skip


def judged(folder: Path, *rows: Row) -> Judged:
    Inbox(folder / "inbox").write("DirectView.xlsx", invoices_file(list(rows), WRITTEN.date()), WRITTEN)
    return judge(folder / "inbox", folder / "home")


def test_the_printed_invoice_gives_no_finding(tmp_path: Path):
    made = judged(tmp_path, *SITES)
    assert made.file["status"].to_list() == ["loaded"]
    assert made.finding["message"].to_list() == []
    decisions = dict(made.bill_check.filter(detail_id="0001").select("check_name", "decision").iter_rows())
    for name in ("fixed_grid_amount", "variable_grid_amount", "cta_amount", "excise_amount", "index_difference"):
        assert decisions[name] == "valid", name


def test_one_euro_more_on_a_printed_line_is_found(tmp_path: Path):
    """13,71 − 566 kWh × 0,0225 = 0,975, and the total that follows."""
    wrong = SITES[0] | {"MONTANT CSPE": 13.71, "TOTAL HORS TVA": 92.28, "ASSIETTE TVA TN": 75.32, "TVA TN": 15.06,
                        "TOTAL TTC": 108.28}  # fmt: skip
    found = judged(tmp_path, wrong, *SITES[1:]).finding
    assert [(name, str(euros)) for name, euros in found.select("check_name", "amount_eur").iter_rows()] == [
        ("excise_amount", "0.98")]  # fmt: skip
