"""A publication in which every rule of quality has rows to look at, and is respected."""

import json
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import duckdb

from energy_pipeline.tables import marts
from tests import publications

OPERATION, SCHOOL, ROOF = "ACC00000042", "30001000000011", "30001000000021"
PERIODS = [(date(2025, 9, 1), date(2025, 9, 30)), (date(2025, 10, 1), date(2025, 10, 31)),
           (date(2025, 11, 1), date(2025, 11, 30))]  # fmt: skip
SUPPLIER = "Lumière du Midi"
NOON = datetime(2025, 12, 1, 11, 0, tzinfo=UTC)
STEPS = 30 * 96
"""Steps of November."""

CURVES = f"""
INSERT INTO marts.curve BY NAME
SELECT
    '{OPERATION}' AS operation_id, DATE '2025-11-01' AS period_start, DATE '2025-11-30' AS period_end,
    DATE '2025-11-01' AS month, prm, role, 15 AS step_minutes, 'measured' AS quality,
    to_timestamp(epoch(TIMESTAMPTZ '2025-10-31 23:00:00+00') + step * 900) AS step_start,
    CASE WHEN role = 'producer' AND step % 96 BETWEEN 40 AND 58 THEN 1000.0 WHEN role = 'producer' THEN 0.0 END
        AS production_w,
    CASE WHEN role = 'consumer' THEN 800.0 END AS consumption_w
FROM
    (VALUES ('{SCHOOL}', 'consumer'), ('{ROOF}', 'producer')) AS participant (prm, role),
    range({STEPS}) AS steps (step)
"""


def _of_periods() -> publications.Rows:
    return [publications.period(start, end, OPERATION) for start, end in PERIODS]


def _bill(period: dict[str, object], number: int) -> dict[str, object]:
    return {"supplier": SUPPLIER, "invoice_number": f"F{period['month']}-{number}", "month": period["month"]}


def _finding(**changes: object) -> dict[str, object]:
    period = _of_periods()[2]
    return {
        **publications.finding(1, "over_billed", "error", "supplier", "150 kWh facturés en trop."), **period,
        "prm": SCHOOL, "supplier": SUPPLIER, "invoice_number": f"F{period['month']}-1", "detail_id": "0001",
        "amount_eur": Decimal("15.00"), "amount_ttc_eur": Decimal("18.00"),
        "evidence": json.dumps([{"file": "factures.xlsx", "line": 2}]), **changes,
    }  # fmt: skip


def rows() -> dict[str, publications.Rows]:
    """Return the rows of each mart, but for the curves."""
    periods = _of_periods()
    bills = [_bill(period, number) for period in periods for number in (1, 2, 3)]
    details = [{**_bill(period, 1), "detail_id": "0001", "prm": SCHOOL} for period in periods]
    stay = {"operation_id": OPERATION, "valid_from": date(2025, 1, 1), "role_source": "annexe2"}
    received = {"received_at": NOON, "name": "courbe.csv", "delivery": "", "size_bytes": 20_000}
    site = {"supplier": SUPPLIER, "site_id": SCHOOL, "fluid": "electricity"}
    place = {"line": 2, "path": "portail.xlsx", "supplier": SUPPLIER}
    return {
        "operation": [{"operation_id": OPERATION, "start_date": date(2025, 1, 1), "post_code": "99100",
                           "recipients": json.dumps({"accountant": ["compta@valfleuri.example"]})}],
        "participant": [
            {**stay, "prm": SCHOOL, "role": "consumer"},
            {**stay, "prm": ROOF, "role": "producer", "power_kw": 9.0, "installation": "SOLAIRE PHOTOVOLTAIQUE"},
        ],
        "awaited_participant": [{"operation_id": OPERATION, "connection_request": "R1", "role": "consumer",
                                     "declared_on": date(2025, 10, 1)}],
        "distribution_key": [{"operation_id": OPERATION, "consumer_prm": SCHOOL, "valid_from": date(2025, 1, 1),
                                  "valid_to": date(2026, 1, 1), "key_type": "static", "share": Decimal("0.9"),
                                  "source_file": "annexe2.csv"}],
        "operation_month": [
            {**period, "key_type_used": "static", "steps_expected": 2 * STEPS, "steps_estimated": 10,
             "steps_missing": 0, "consumption_kwh": 576.0, "production_kwh": 142.5, "self_consumption_kwh": 100.0,
             "complement_kwh": 476.0, "surplus_kwh": 42.5, "self_consumption_rate": 0.7, "self_production_rate": 0.17,
             "coverage_rate": 0.25}
            for period in periods
        ],
        "consumer_month": [
            {**period, "prm": SCHOOL, "consumption_kwh": 576.0, "self_consumption_kwh": 100.0, "complement_kwh": 476.0,
             "self_production_rate": 0.17}
            for period in periods
        ],
        "consumer_slot_month": [
            {**period, "prm": SCHOOL, "slot": slot, "slot_source": "declared", "consumption_kwh": kwh}
            for period in periods for slot, kwh in (("HP", 400.0), ("HC", 176.0))
        ],
        "producer_month": [
            {**period, "prm": ROOF, "production_kwh": 142.5, "self_produced_kwh": 100.0, "surplus_kwh": 42.5}
            for period in periods
        ],
        "exchange_month": [{**period, "producer_prm": ROOF, "consumer_prm": SCHOOL, "energy_kwh": 100.0}
                               for period in periods],
        "exchange_curve": [{**periods[1], "producer_prm": ROOF, "consumer_prm": SCHOOL, "step_minutes": 60,
                                "power_w": [100_000.0 / 745] * 745}],
        "split_explanation": [
            {**periods[2], "rank": rank, "hypothesis": "other_keys", "description": "Autres clés.",
             "residual_kwh": residual, "difference_kwh": 50.0}
            for rank, residual in ((1, 2.0), (2, 30.0))
        ],
        "site": [
            {**site, "prm": SCHOOL, "segment": "C5", "subscribed_kva": 18.0, "car_kwh": 7000.0,
             "valid_from": date(2024, 1, 1), "valid_to": date(2026, 1, 1)},
            {**site, "site_id": "30001000000012", "segment": "C4", "subscribed_kva": 60.0},
        ],
        "invoice": [
            {**bill, "invoice_date": bill["month"].replace(day=28), "kind": "invoice", "details": 1,
             "total_excl_vat_eur": Decimal(100), "vat_eur": Decimal(20), "total_incl_vat_eur": Decimal(120)}
            for bill in bills
        ] + [{**_bill(periods[2], 9), "invoice_date": date(2025, 11, 28), "kind": "credit", "details": 1,
              "total_incl_vat_eur": Decimal(-120)}],
        "invoice_line": [
            {**detail, "fluid": "electricity", "component": component, "quantity_kwh": 476.0, "amount_eur": euros}
            for detail in details for component, euros in (("energy", Decimal(60)), ("variable_grid", Decimal(20)))
        ] + [{**_bill(periods[2], 2), "detail_id": "0001", "pce": "99000000000001", "fluid": "gas",
              "component": component, "quantity_kwh": 1000.0, "amount_eur": Decimal(80)}
             for component in ("energy", "other")],
        "invoice_reconciliation": [
            {**detail, "billed_kwh": 476.0, "expected_kwh": 476.0, "consumption_kwh": 576.0,
             "self_consumption_kwh": 100.0, "verdict": verdict, "amount_eur": euros}
            for detail, (verdict, euros) in zip(
                details, (("matches", None), ("matches", None), ("over_billed", Decimal("15.00"))), strict=True)
        ],
        "invoice_slot_reconciliation": [
            {**period, **detail, "slot": slot, "slot_source": "inferred", "billed_kwh": kwh, "expected_kwh": kwh,
             "consumption_kwh": kwh + 50.0, "self_consumption_kwh": 50.0, "verdict": "matches"}
            for period, detail in zip(periods, details, strict=True) for slot, kwh in (("HP", 300.0), ("HC", 176.0))
        ],
        "bill_check": [
            {**detail, "check_name": f"check_{number}", "family": "price", "path": "f.xlsx", "line": 2, "source": "loi",
             **({"decision": "ignored", "reason": "Barème manquant à cette date."} if number == 1 else
                {"decision": "valid", "amount_eur": Decimal("0.01")})}
            for detail in details for number in range(1, 21)
        ],
        "saving_month": [
            {**period, "prm": SCHOOL, "self_consumption_kwh": 100.0, "avoided_price": Decimal("0.14"),
             "local_price": Decimal("0.09"), "organiser_fee": Decimal("0.005"), "saving_eur": Decimal("4.5")}
            for period in periods
        ],
        "price": [{"file_id": "p", "line": 2, "price": "local_price", "valid_from": date(2025, 1, 1),
                       "valid_to": date(2026, 1, 1), "value": Decimal("0.09"), "path": "prices.csv",
                       "received_at": NOON}],
        "finding": [_finding()],
        "claim": [{"party": "supplier", "supplier": SUPPLIER, "operation_id": OPERATION,
                       "month": periods[2]["month"], "invoice_number": "F2025-11-01-1", "year": 2025, "findings": 1,
                       "unquantified": 0,
                       "amount_eur": Decimal("15.00"), "to_review": 0, "to_review_eur": Decimal(0),
                       "underbilled_eur": Decimal(0)}],
        "saving_to_date": [{**periods[2], "prm": SCHOOL, "self_consumption_kwh": 100.0, "since": date(2025, 9, 1),
                                "cumulated_kwh": 300.0, "unknown_periods": 0}],
        "site_year": [{"site_id": SCHOOL, "fluid": "electricity", "year": 2025, "periods": 12, "bills": 12,
                           "bills_without_curve": 0, "underbilled_eur": Decimal(0),
                           "consumption_kwh": 7000.0, "billed_kwh": 6000.0, "billed_eur": Decimal(1500),
                           "self_production_rate": 0.17, "claims": 0, "claimed_eur": Decimal(0),
                           "claimed_ttc_eur": Decimal(0)}],
        "surplus_month": [{**periods[2], "prm": ROOF, "surplus_kwh": 42.5, "surplus_price": Decimal("0.04")}],
        "deadline": [
            {"operation_id": OPERATION, "kind": "results", "party": "enedis", "due_on": date(2025, 12, 8),
             "title": "Résultats", "description": "Résultats.", "article": "5.2.2", "done": True,
             "done_on": date(2025, 12, 5), **{name: period[name] for name in ("period_start", "period_end")}}
            for period in periods[2:]
        ] + [
            {"operation_id": OPERATION, "kind": "results", "party": "enedis", "due_on": period["period_end"],
             "title": "Résultats", "description": "Résultats.", "article": "5.2.2",
             **{name: period[name] for name in ("period_start", "period_end")}}
            for period in periods[:2]
        ],
        "completeness": [
            {**periods[2], "prm": SCHOOL, "role": "consumer", "kind": "curve", "series": series, "status": status,
             "path": path}
            for series, status, path in (
                ("consumption", "received", "a.csv"), ("self_consumption", "received", "b.csv"),
                ("complement", "received", "c.csv"), ("production", "received", "d.csv"), ("surplus", "missing", None))
        ],
        "consent": [{"operation_id": OPERATION, "prm": SCHOOL, "role": "consumer", "signed_on": date(2025, 1, 1),
                         "expires_on": date(2030, 1, 1), "withdrawn_on": date(2025, 6, 1), "path": "c.csv", "line": 2}],
        "site_history": [
            {**site, "subscribed_kva": kva, "valid_from": start, "valid_to": end}
            for kva, start, end in ((18.0, date(2025, 1, 1), date(2025, 6, 1)), (24.0, date(2025, 6, 1), None))
        ],
        "reading": [{**place, "fluid": "electricity", "site_id": SCHOOL, "register": "BASE",
                         "read_on": date(2025, 11, 1), "previous_on": date(2025, 10, 1), "index_value": 1500.0,
                         "previous_index": 1000.0, "subscribed_kva": 18.0, "reached_kva": 12.0}],
        "annual_site": [{**place, "fluid": "electricity", "year": 2024, "site_id": SCHOOL,
                             "consumption_kwh": 6000.0, "total_excl_vat_eur": Decimal(1500),
                             "total_incl_vat_eur": Decimal(1800)}],
        "portal_invoice": [{**place, "invoice_number": "F1", "site_id": SCHOOL, "invoice_date": date(2025, 11, 1),
                                "total_excl_vat_eur": Decimal(100), "total_incl_vat_eur": Decimal(120)}],
        "technical_request": [{**place, "request_id": "D1", "requested_on": date(2025, 10, 1),
                                   "appointment_on": date(2025, 10, 15)}],
        "file": [
            *({**received, "file_id": str(number), "path": f"{number}.csv", "status": "loaded"}
              for number in range(19)),
            {**received, "file_id": "bad", "path": "bad.csv", "status": "quarantined", "reason": "Nombre illisible."},
        ],
        "publication": [{"run_id": "r", "published_at": datetime(2025, 12, 9, 8, 0, tzinfo=UTC),
                             "pipeline_version": "0.1.0", "duckdb_version": "1.5.5"}],
    }  # fmt: skip


def write(path: Path) -> Path:
    """Write the publication."""
    known = {table.name: table for table in marts.TABLES}
    publications.write(path, {known[name]: content for name, content in rows().items()})
    with duckdb.connect(str(path)) as connection:
        connection.execute("SET TimeZone = 'Europe/Paris'")
        connection.execute(CURVES)
    return path
