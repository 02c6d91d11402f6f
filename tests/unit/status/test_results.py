"""The euros that `run` prints: those of the letters."""

from datetime import date
from decimal import Decimal

import pytest
from rich.console import Console

from energy_pipeline import warehouse
from energy_pipeline.cli import results
from energy_pipeline.settings import Home
from energy_pipeline.tables import marts, money_marts, schemas
from tests.unit.status.frames import ACC, operations

OCTOBER = date(2025, 10, 1)
PERIOD = {
    "operation_id": ACC, "period_start": OCTOBER, "period_end": date(2025, 10, 31), "month": OCTOBER,
    "key_type": "static", "key_type_used": "static", "default_steps": 0, "steps_expected": 2980, "steps_estimated": 0,
    "steps_missing": 0,
}  # fmt: skip


def finding(number: int, check: str, euros: str | None, severity: str = "error", **more: object) -> dict[str, object]:
    return {
        "finding_id": f"{number:016x}", "check_name": check, "severity": severity, "party": "supplier",
        "operation_id": ACC, "month": OCTOBER, "supplier": "Soleil", "invoice_number": f"F{number}",
        "amount_eur": Decimal(euros) if euros else None, "message": "Constat.", "evidence": "[]",
    } | more  # fmt: skip


ENEDIS = {"party": "enedis", "supplier": None, "invoice_number": None}
TO_REVIEW = (
    finding(3, "variable_grid_amount", "40.00", "warning"),
    finding(4, "under_billed", "-20.00", "warning"),
    finding(5, "period_reversed", None),
    finding(6, "exchange_differs", "7.00", **ENEDIS),
)
FINDINGS = (
    finding(1, "over_billed", "100.05"),
    finding(2, "published_split_differs", "20.01", **ENEDIS),
    *TO_REVIEW,
    finding(7, "duplicate_bill", "200.00", operation_id=None),
    finding(8, "cta_amount", "3.00", "warning", operation_id=None),
)


def printed(path, findings, periods=(PERIOD,), bills=()) -> str:
    home = Home(path).create()
    with warehouse.connect(home.publication) as connection:
        warehouse.create(connection, (*marts.TABLES, *money_marts.MONEY_MARTS))
        for table, rows in (
            (marts.OPERATION_MONTH, list(periods)),
            (marts.FINDING, list(findings)),
            (marts.INVOICE_RECONCILIATION, list(bills)),
        ):
            warehouse.insert(connection, table, schemas.frame(table, rows))
        warehouse.insert(connection, marts.OPERATION, operations())
        warehouse.fill(connection, money_marts.CLAIM, "marts/claim")
    console = Console(width=160, record=True)
    assert results.show(console, home, [OCTOBER]) == 0
    return console.export_text().replace("\u202f", " ").replace("\u00a0", " ")


@pytest.mark.parametrize(
    ("findings", "operation", "elsewhere"),
    [
        # 100,05 + 20,01
        (FINDINGS, "6 120,06", "Hors opération : 2 constats, 200,00 € HT à réclamer"),
        ((*TO_REVIEW, FINDINGS[-1]), "4 —", "Hors opération : 1 constat"),
    ],
    ids=["established", "to review only"],
)
def test_only_what_is_established_is_to_claim(tmp_path, findings, operation, elsewhere):
    shown = printed(tmp_path, findings)
    (line,) = [line for line in shown.splitlines() if line.startswith(ACC)]
    assert " ".join(line.split()).endswith(operation), line
    (other,) = [line for line in shown.splitlines() if line.startswith("Hors")]
    assert other.strip() == elsewhere


def test_what_no_report_shows_is_counted(tmp_path):
    # 30,00 of a bill of November, for which nothing was published yet, and an Annexe 2 refused in November.
    november = date(2025, 11, 1)
    later = (finding(9, "over_billed", "30.00", month=november), finding(10, "quarantined_file", None, month=november),
             finding(11, "file_note", None, "info", month=november))  # fmt: skip
    shown = printed(tmp_path, (*FINDINGS, *later))
    assert "Sans rapport, dans la page d'ensemble : 2 constats, 30,00 € HT à réclamer" in shown
    assert "Sans rapport" not in printed(tmp_path / "none", FINDINGS)


def test_two_periods_of_a_month_are_told_apart_and_claim_once(tmp_path):
    first = PERIOD | {"period_end": date(2025, 10, 14)}
    second = PERIOD | {"period_start": date(2025, 10, 15)}
    early = finding(1, "over_billed", "100.05", period_start=OCTOBER, period_end=date(2025, 10, 12))
    shown = printed(tmp_path, [early, *TO_REVIEW], [first, second])
    lines = [" ".join(line.split()) for line in shown.splitlines() if line.startswith(ACC)]
    assert [line.removeprefix(f"{ACC} 2025-10 ") for line in lines] == [
        "(01/10–14/10) — — — — — 1 —", "(15/10–31/10) — — — — — 4 100,05",
    ]  # fmt: skip


def test_bills_that_no_curve_allows_to_check_are_counted(tmp_path):
    bill = {"supplier": "Soleil", "invoice_number": "F1", "month": OCTOBER, "verdict": "no_curve", "prm": None}
    bills = [bill | {"detail_id": detail, "operation_id": operation}
             for detail, operation in (("1", ACC), ("2", None), ("3", None))]  # fmt: skip
    shown = printed(tmp_path, [], bills=[*bills, bill | {"detail_id": "4", "verdict": "matches"}])
    assert "1 facture non vérifiée, faute de courbe" in shown
    assert "vérifiée" not in printed(tmp_path / "other", [])
