"""A publication with claims written by hand: two suppliers, two organisers, names that mean harm, amounts known."""

import json
import re
import subprocess
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from energy_pipeline import warehouse
from energy_pipeline.tables import marts, money_marts
from tests.programs import program
from tests.publications import Rows, write

ACC, OTHER = "ACC00000011", "ACC00000012"
SCHOOL, HALL, POOL = "30001000000011", "30001000000012", "30001000000013"
EVIL_SITE = '=HYPERLINK("http://x.example") #strong[Piscine] ** [[undeducted]] <w:p> {{ 7*7 }} & Cie\n\n## Demandes'
SUN, GLOW = "Fournisseur du Val", "Électricité & Lueurs"

ADDRESS = {
    "ADRESSE_PMO": "2 place de l'Église", "CODE POSTAL_PMO": "99001", "COMMUNE_PMO": "Valfleuri",
    "SIGNATAIRE_NOM_PRENOM_PMO": "Odile Ravel", "SIGNATAIRE_FONCTION_PMO": "Maire",
}  # fmt: skip
OPERATIONS: Rows = [
    {"operation_id": ACC, "name": "Soleil des Écoles", "organiser": "Commune de Valfleuri",
     "organiser_siret_rna": "99900101900010", "commune": "Valfleuri", "key_type": "static",
     "settings": json.dumps(ADDRESS)},
    {"operation_id": OTHER, "name": "Toits du Bourg", "organiser": "Syndicat du Bourg", "key_type": "dynamic"},
]  # fmt: skip
MONTHS = {9: (date(2025, 9, 1), date(2025, 9, 30)), 10: (date(2025, 10, 1), date(2025, 10, 31))}


def finding(
    number: int, check: str, month: int, euros: str | None, ttc: str | None, **more: object
) -> dict[str, object]:
    start, end = MONTHS[month]
    return {
        "finding_id": f"{number:016x}", "check_name": check, "severity": "error", "party": "supplier",
        "operation_id": ACC, "month": start, "period_start": start, "period_end": end, "role": "consumer",
        "supplier": SUN, "invoice_number": f"F{month}", "detail_id": "1", "prm": SCHOOL, "unit": "kWh",
        "amount_eur": Decimal(euros) if euros else None, "amount_ttc_eur": Decimal(ttc) if ttc else None,
        "message": f"Constat {number}.",
        "evidence": json.dumps([{"file": f"exports/factures_{month}.xlsx", "line": 7}]),
        **more,
    }  # fmt: skip


def proof(prm: str, ours: float, theirs: float, euros: float | None, role: str = "consumer") -> dict[str, object]:
    return {"file": f"enedis/lot.zip!{prm}_Autoconso_CDC.csv", "prm": prm, "role": role, "expected_kwh": ours,
            "published_kwh": theirs, "amount_eur": euros}  # fmt: skip


FINDINGS: Rows = [
    finding(1, "self_consumption_not_deducted", 9, "100.05", "120.06", expected=800.0, observed=1700.5,
            evidence=json.dumps([{"file": "exports/factures_9.xlsx", "line": 7, "excise_eur": 30.0}])),
    finding(2, "self_consumption_not_deducted", 10, "50.10", "60.12", expected=900.0, observed=1350.0, prm=POOL),
    finding(3, "over_billed", 10, "9.99", "11.99", expected=100.0, observed=190.0, prm=HALL, detail_id="2"),
    finding(4, "invoice_total_mismatch", 10, "12.34", "14.81", expected=432.34, observed=444.68, unit="EUR"),
    finding(5, "period_reversed", 10, None, None, unit=None, detail_id="3"),
    finding(6, "cta_amount", 10, "3.00", "3.60", severity="warning", unit="EUR"),
    finding(7, "under_billed", 10, "-20.00", "-24.00", severity="warning"),
    finding(8, "over_billed", 10, "5.00", "6.00", supplier=GLOW, invoice_number="G1", expected=10.0, observed=60.0),
    finding(9, "over_billed", 10, "7.00", "8.40", operation_id=OTHER, invoice_number="H1", expected=10.0,
            observed=80.0),
    finding(10, "duplicate_bill", 10, "200.00", "240.00", operation_id=None, invoice_number="K1", unit="EUR"),
    finding(11, "published_split_differs", 10, "20.01", None, party="enedis", supplier=None, invoice_number=None,
            detail_id=None, prm=None, role=None, expected=300.0, observed=200.0,
            message="La répartition publiée s'écarte du recalcul.",
            evidence=json.dumps([proof(SCHOOL, 200.0, 120.0, 16.0), proof(HALL, 100.0, 80.0, 4.0),
                                 proof("30001000000021", 300.0, 200.0, None, "producer")])),
    finding(12, "missing_steps", 10, None, None, party="enedis", severity="warning", supplier=None,
            invoice_number=None, message="Trois heures absentes de la courbe de l'école."),
    finding(13, "missing_steps", 9, None, None, party="enedis", severity="warning", supplier=None,
            invoice_number=None, message="Autre période, hors du sujet."),
]  # fmt: skip
RECEIVED = datetime.fromisoformat("2025-11-08T08:00:00+01:00")
FILES: Rows = [
    {"file_id": f"{prm}{series}", "path": f"enedis/{prm}_{series}.csv", "name": f"{prm}_{series}.csv",
     "delivery": "enedis", "kind": "curve", "prm": prm, "series": series, "period_start": date(2025, 9, 1),
     "period_end": date(2025, 9, 30), "received_at": RECEIVED, "size_bytes": 1, "status": "loaded"}
    for prm, series in ((SCHOOL, "consumption"), (SCHOOL, "complement"))
]  # fmt: skip


def published(path: Path, findings: Rows = FINDINGS) -> Path:
    """Write the publication, its claims made by the statement of the marts."""
    write(
        path,
        {
            marts.OPERATION: OPERATIONS,
            marts.FINDING: findings,
            marts.FILE: FILES,
            marts.SITE: [
                {"site_id": prm, "prm": prm, "fluid": "electricity", "supplier": SUN, "name": name}
                for prm, name in ((SCHOOL, "École du Pré"), (HALL, "Mairie"), (POOL, EVIL_SITE))
            ],
            marts.INVOICE: [
                {"supplier": supplier, "invoice_number": "F9", "month": date(2025, 9, 1), "kind": "invoice",
                 "details": 1}
                for supplier in (SUN, GLOW)
            ],
            marts.OPERATION_MONTH: [
                {"operation_id": OTHER, "period_start": date(2025, 10, 1), "period_end": date(2025, 10, 31),
                 "month": date(2025, 10, 1), "key_type": "dynamic", "key_type_used": "default", "default_steps": 2980,
                 "steps_expected": 29800, "steps_estimated": 0, "steps_missing": 0},
            ],
        },
    )  # fmt: skip
    with warehouse.connect(path) as connection:
        warehouse.fill(connection, money_marts.CLAIM, "marts/claim")
    return path


@pytest.fixture(scope="session")
def publication(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return published(tmp_path_factory.mktemp("claims") / "energy.duckdb")


def paper(pdf: Path) -> str:
    """Return the text of a PDF on one line, without the marks that let long names break."""
    said = subprocess.run([program("pdftotext"), "-layout", str(pdf), "-"], capture_output=True, check=True).stdout
    return re.sub(r"\s+", " ", said.decode().replace("\u200b", ""))
