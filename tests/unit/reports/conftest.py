"""One small publication for the tests of reports: every figure typed, names that would do harm if not escaped."""

import json
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from energy_pipeline.reports import content
from energy_pipeline.tables import marts, money_marts
from tests import publications
from tests.publications import OPERATION, finding, period

START, END = date(2025, 9, 15), date(2025, 10, 14)
SCHOOL, HALL, GONE, ROOF = "30001000000101", "30001000000102", "30001000000103", "30001000000201"
EVIL_TAG = "<script>alert('x')</script>"
EVIL_FORMULA = '=HYPERLINK("http://example.invalid","gagné")'
SUPPLIER = "Énergies & Cie"
PARTS = (
    "consumers", "slots", "producers", "consumed", "produced", "days", "hours", "heat", "exchanges", "steps", "keys",
    "bills", "decisions", "checks", "findings", "files", "quarantined",
)  # fmt: skip
"""What a report without data lacks."""


def rows() -> dict[object, publications.Rows]:
    """Return the marts: two instants of curves are enough for the charts."""
    here = period(START, END)
    before = period(date(2025, 8, 15), date(2025, 9, 14))
    consumer = {**here, "published_source": "curve"}
    curve = {**here, "step_minutes": 15, "quality": "measured"}
    noon = datetime(2025, 10, 1, 10, 0, tzinfo=UTC)
    nearly_midnight = datetime(2025, 10, 1, 22, 30, tzinfo=UTC)
    proof = json.dumps([{"file": "factures/export.xlsx", "line": 7, "value": "1 200 kWh"}])
    return {
        marts.OPERATION: [
            {"operation_id": OPERATION, "name": f"Soleil {EVIL_TAG}", "organiser": "Commune d'Aubrac-le-Neuf",
             "key_type": "dynamic"}
        ],
        marts.PARTICIPANT: [
            {"operation_id": OPERATION, "prm": SCHOOL, "role": "consumer", "valid_from": date(2025, 9, 20),
             "name": EVIL_FORMULA, "role_source": "annexe2"},
            {"operation_id": OPERATION, "prm": HALL, "role": "consumer", "valid_from": date(2024, 1, 1),
             "valid_to": date(2025, 10, 5), "name": EVIL_TAG, "role_source": "annexe2"},
            {"operation_id": OPERATION, "prm": GONE, "role": "consumer", "valid_from": date(2024, 1, 1),
             "valid_to": date(2025, 8, 1), "name": "Ancien site", "role_source": "annexe2"},
            {"operation_id": OPERATION, "prm": ROOF, "role": "producer", "valid_from": date(2024, 1, 1),
             "name": "Toit de l'école", "power_kw": 36.0, "role_source": "annexe2"},
        ],
        marts.DISTRIBUTION_KEY: [
            {"operation_id": OPERATION, "consumer_prm": SCHOOL, "valid_from": START, "key_type": "dynamic",
             "share": Decimal("0.6125"), "source_file": "cles.txt"},
            {"operation_id": OPERATION, "consumer_prm": GONE, "valid_from": START, "key_type": "dynamic",
             "share": Decimal("0.05"), "source_file": "cles.txt"},
        ],
        marts.OPERATION_MONTH: [
            {**here, "key_type": "dynamic", "key_type_used": "mixed", "key_source": "cles.txt", "default_steps": 1,
             "steps_expected": 8640, "steps_estimated": 12, "steps_missing": 0, "consumption_kwh": 12345.678,
             "published_consumption_kwh": 12345.0, "production_kwh": 4321.5, "published_production_kwh": 4321.5,
             "self_consumption_kwh": 3210.25, "published_self_consumption_kwh": 3200.25, "complement_kwh": 9135.428,
             "published_complement_kwh": 9144.75, "surplus_kwh": 1111.25, "published_surplus_kwh": 1121.25,
             "self_consumption_rate": 0.7429, "self_production_rate": 0.26, "coverage_rate": 0.35,
             "published_self_consumption_rate": 0.74, "published_source": "curve"},
            {**before, "steps_expected": 0, "steps_estimated": 0, "steps_missing": 0, "production_kwh": 5000.0,
             "self_consumption_kwh": 3000.0, "self_consumption_rate": 0.6},
            {**period(date(2024, 9, 15), date(2024, 10, 14)), "steps_expected": 0, "steps_estimated": 0,
             "steps_missing": 0, "production_kwh": 4000.0, "self_consumption_rate": 0.5},
        ],
        marts.CONSUMER_MONTH: [
            {**consumer, "prm": SCHOOL, "consumption_kwh": 8000.5, "self_consumption_kwh": 2000.25,
             "published_self_consumption_kwh": 1990.25, "complement_kwh": 6000.25, "self_production_rate": 0.25},
            {**consumer, "prm": HALL, "consumption_kwh": 4345.178, "self_consumption_kwh": 1210.0,
             "published_self_consumption_kwh": 1210.0, "complement_kwh": 3135.178, "self_production_rate": 0.278},
        ],
        marts.SAVING_MONTH: [
            {**here, "prm": SCHOOL, "saving_eur": Decimal("150.05")}, {**here, "prm": HALL, "saving_eur": None},
            {**before, "prm": HALL, "saving_eur": Decimal(99)},
        ],
        marts.CONSUMER_SLOT_MONTH: [
            {**consumer, "prm": SCHOOL, "slot": slot, "slot_source": "inferred", "consumption_kwh": value,
             "self_consumption_kwh": 1000.125, "published_self_consumption_kwh": 1000.0}
            for slot, value in (("HC", 3000.25), ("HP", 5000.25))
        ],
        marts.PRODUCER_MONTH: [
            {**here, "prm": ROOF, "production_kwh": 4321.5, "self_produced_kwh": 3210.25, "surplus_kwh": 1111.25,
             "published_self_produced_kwh": 3200.25, "self_consumption_rate": 0.7429, "published_source": "energy"}
        ],
        marts.EXCHANGE_MONTH: [
            {**here, "producer_prm": ROOF, "consumer_prm": SCHOOL, "energy_kwh": 2000.25},
            {**here, "producer_prm": ROOF, "consumer_prm": HALL, "published_energy_kwh": 1210.0,
             "published_source": "energy"},
        ],
        marts.SPLIT_EXPLANATION: [
            {**here, "rank": rank, "hypothesis": "other_keys", "description": said, "residual_kwh": left,
             "difference_kwh": 10.5}
            for rank, said, left in (
                (1, "avec les anciennes clés", 0.25), (2, "avec leurs voisines", 0.04),
                (3, "avec une heure de retard", 30.0),
            )
        ],
        marts.BILL_CHECK: [
            {"supplier": SUPPLIER, "invoice_number": number, "detail_id": "0001", "prm": SCHOOL,
             "month": here["month"], "check_name": check, "family": "price", "decision": decision,
             "source": "Contrat", "path": "factures/export.xlsx", "line": 7, **more}
            for number, check, decision, more in (
                ("+33FACT", "unit_price", "invalid",
                 {"invoiced": 0.25, "expected": 0.2, "unit": "€/kWh", "amount_eur": Decimal("12.30"),
                  "method": f"prix du contrat {EVIL_TAG}"}),
                ("+33FACT", "vat", "valid", {}), ("+33FACT", "excise", "valid", {}),
                ("+33FACT", "cta", "ignored", {"reason": "non facturée"}),
                ("+33FACT", "period_length", "review", {"invoiced": 16.0, "expected": 25.0, "unit": "jour"}),
                ("AUTRE", "vat", "invalid", {"amount_eur": Decimal("99.99")}),
            )
        ],
        marts.CURVE: [
            {**curve, "prm": SCHOOL, "role": "consumer", "step_start": noon, "consumption_w": 8000.0,
             "self_consumption_w": 6000.0, "complement_w": 2000.0},
            {**curve, "prm": HALL, "role": "consumer", "step_start": nearly_midnight, "consumption_w": 4000.0,
             "self_consumption_w": 0.0, "complement_w": 4000.0, "quality": "estimated_linear"},
            {**curve, "prm": ROOF, "role": "producer", "step_start": noon, "production_w": 10000.0,
             "self_consumption_w": 6000.0, "surplus_w": 4000.0},
        ],
        marts.SITE: [
            {"site_id": SCHOOL, "prm": SCHOOL, "fluid": "electricity", "supplier": SUPPLIER, "name": "École du Bourg"}
        ],
        marts.INVOICE_RECONCILIATION: [
            {"supplier": SUPPLIER, "invoice_number": "+33FACT", "detail_id": "0001", "prm": SCHOOL,
             "month": here["month"], "operation_id": OPERATION, "period_start": START, "period_end": END,
             "reading": "actual", "billed_kwh": 8000.0, "consumption_kwh": 8000.5, "self_consumption_kwh": 2000.25,
             "complement_kwh": 6000.25, "expected_kwh": 6010.25, "verdict": "self_consumption_not_deducted",
             "amount_eur": Decimal("1234.56")}
        ],
        marts.FINDING: [
            finding(1, "self_consumption_not_deducted", "error", "supplier", f"Non déduit : {EVIL_TAG}",
                    month=here["month"], supplier=SUPPLIER, invoice_number="+33FACT", prm=SCHOOL,
                    amount_eur=Decimal("1234.56"), amount_ttc_eur=Decimal("1481.47"), evidence=proof),
            finding(2, "published_split_differs", "error", "enedis", "La répartition publiée diffère de 10 kWh.",
                    month=here["month"], period_start=START, period_end=END, amount_eur=Decimal("1.30")),
            finding(3, "under_billed", "warning", "supplier", "Sous-facturé.", month=here["month"],
                    supplier=SUPPLIER, amount_eur=Decimal("-20.50"), amount_ttc_eur=Decimal("-24.60")),
            finding(4, "quarantined_file", "error", "organiser", "Fichier d'origine inconnue.", operation_id=None),
        ],
        money_marts.CLAIM: [
            {"party": "supplier", "supplier": SUPPLIER, "operation_id": OPERATION, "invoice_number": "+33FACT",
             "month": here["month"], "year": 2025, "findings": 1, "unquantified": 0, "amount_eur": Decimal("1234.56"),
             "amount_ttc_eur": Decimal("1481.47"), "to_review": 1, "to_review_eur": Decimal("7.77"),
             "underbilled_eur": Decimal("20.50")},
            {"party": "enedis", "operation_id": OPERATION, "month": here["month"], "year": 2025, "findings": 2,
             "unquantified": 1, "amount_eur": Decimal("1.30"), "to_review": 0, "to_review_eur": Decimal(0),
             "underbilled_eur": Decimal(0)},
        ],
        marts.COMPLETENESS: [
            {**here, "prm": prm, "role": "consumer", "kind": "curve", "series": "consumption", "status": status}
            for prm, status in ((SCHOOL, "received"), (HALL, "missing"), (GONE, "not_expected"))
        ],
        marts.DEADLINE: [
            {"operation_id": OPERATION, "kind": kind, "party": party, "due_on": due_on, "title": title,
             "description": f"{title}, à faire.", "article": "5.2.2", "done": done}
            for kind, party, due_on, title, done in (
                ("results", "enedis", date(2025, 10, 8), "Résultats passés", False),
                ("results", "enedis", date(2025, 10, 22), "Résultats reçus", True),
                ("results", "enedis", date(2025, 11, 22), "Résultats attendus", False),
                ("results", "enedis", date(2025, 12, 22), "Résultats lointains", False),
                ("change_notice", "organiser", date(2025, 10, 25), "Changement", None),
            )
        ],
        marts.FILE: [
            {"file_id": "f" * 64, "path": "a/b.csv", "name": "b.csv", "delivery": "a", "kind": "curve",
             "operation_id": OPERATION, "received_at": noon, "size_bytes": 3, "status": "quarantined",
             "reason": "valeur illisible", "reason_line": 12, "reason_column": "3", "reason_value": "12x5"}
        ],
    }  # fmt: skip


@pytest.fixture(scope="session")
def publication(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return publications.write(tmp_path_factory.mktemp("publication") / "energy.duckdb", rows())


@pytest.fixture(scope="session")
def report(publication: Path) -> content.ReportContent:
    return content.read(publication, OPERATION, START)
