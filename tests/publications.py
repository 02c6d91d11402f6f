"""Small publications for the tests of reports: marts written by hand, and a whole month of plausible curves."""

import json
from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import duckdb
import numpy as np

from energy_pipeline.periods import grid
from energy_pipeline.tables import Table, ddl, marts, schemas

OPERATION = "ACC00000042"
START, END, MONTH = date(2025, 10, 1), date(2025, 10, 31), date(2025, 10, 1)
SUPPLIER = "Lumière du Midi"

Rows = list[dict[str, object]]


def write(path: Path, rows: Mapping[Table, Rows]) -> Path:
    """Write a publication that holds `rows`; the other marts are empty."""
    with duckdb.connect(str(path)) as con:
        con.execute("SET TimeZone='Europe/Paris'")
        for statement in ddl.statements(marts.TABLES):
            con.execute(statement)
        for table, table_rows in rows.items():
            frame = schemas.frame(table, table_rows)
            con.register("frame", frame)
            con.execute(f"INSERT INTO {table.qualified_name} BY NAME SELECT * FROM frame")
            con.unregister("frame")
    return path


def period(start: date, end: date, operation: str = OPERATION) -> dict[str, object]:
    """Return the columns that every `*_month` row bears."""
    return {"operation_id": operation, "period_start": start, "period_end": end, "month": grid.month_of(end)}


def finding(number: int, check: str, severity: str, party: str, message: str, **more: object) -> dict[str, object]:
    """Return a finding of the operation and month."""
    return {
        "finding_id": f"{number:016x}", "check_name": check, "severity": severity, "party": party, "message": message,
        "operation_id": OPERATION, "month": MONTH, "period_start": START, "period_end": END, **more,
    }  # fmt: skip


CONSUMERS = (
    ("30001000000011", "Mairie", 3.0, 9.0, "office"),
    ("30001000000012", "École Jules-Ferry", 2.0, 11.0, "office"),
    ("30001000000013", "Gymnase des Tilleuls", 2.5, 14.0, "evening"),
    ("30001000000014", "Éclairage public, secteur nord", 0.2, 6.5, "night"),
    ("30001000000015", "Station de pompage", 5.0, 8.0, "flat"),
    ("30001000000016", "Médiathèque", 1.5, 6.0, "office"),
    ("30001000000017", "Logements, 12 rue des Lavandes", 1.0, 4.5, "evening"),
    ("30001000000018", "Crèche Les Petits Pas", 0.8, 4.0, "office"),
)
PRODUCERS = (("30001000000021", "Toiture du gymnase", 36.0), ("30001000000022", "Ombrières du stade", 60.0))


def realistic(path: Path) -> Path:
    """Write a month of quarter-hours (October 2025, its day of 25 hours), 8 consumers, 2 producers, keys by default."""
    instants = grid.instants(START, END, 15)
    local = [datetime.fromtimestamp(int(t) / 1e6, UTC).astimezone(grid.PARIS) for t in instants.astype("int64")]
    hours = np.array([t.hour + t.minute / 60 for t in local])
    days = np.array([t.day for t in local])
    weekday = np.array([t.weekday() < 5 for t in local])
    random = np.random.default_rng(42)
    weather = random.uniform(0.15, 1.0, 32)[days]
    production = {
        prm: 1000 * power * 0.72 * weather * np.clip(np.cos((hours - 13.7) / 5.2 * np.pi / 2), 0, None) ** 1.3
        * (np.abs(hours - 13.7) < 5.2) * random.uniform(0.85, 1.0, len(hours))
        for prm, _, power in PRODUCERS
    }  # fmt: skip
    shapes = {
        "office": ((hours > 7.5) & (hours < 18.5) & weekday).astype(float),
        "evening": 0.35 * (hours > 7) + 0.65 * ((hours > 16.5) & (hours < 22.5)),
        "night": ((hours < 7.2) | (hours > 19.3)).astype(float),
        "flat": 0.4 + 0.6 * ((hours % 6) < 2),
    }
    consumption = {
        prm: 1000 * (base + (peak - base) * shapes[shape]) * random.uniform(0.8, 1.1, len(hours))
        for prm, _, base, peak, shape in CONSUMERS
    }
    produced, demand = sum(production.values()), sum(consumption.values())
    shared = np.minimum(produced, demand)
    part = {prm: watts * shared / demand for prm, watts in consumption.items()}
    given = {prm: np.divide(watts * shared, produced, where=produced > 0, out=np.zeros_like(watts))
             for prm, watts in production.items()}  # fmt: skip
    published = {prm: np.floor(watts) for prm, watts in part.items()}
    published["30001000000012"] = np.floor(part["30001000000012"] * 0.8)

    def kwh(watts: np.ndarray) -> float:
        return float(watts.sum() / 4000)

    at = [t.astimezone(UTC) for t in local]
    curves: Rows = []
    for prm, watts in consumption.items():
        quality = ["measured"] * len(at)
        if prm == "30001000000016":
            quality[500:540] = ["estimated_week_before"] * 40
        curves += [
            {**period(START, END), "prm": prm, "role": "consumer", "step_start": at[i], "step_minutes": 15,
             "consumption_w": float(watts[i]), "self_consumption_w": float(part[prm][i]),
             "complement_w": float(watts[i] - part[prm][i]), "published_self_consumption_w": float(published[prm][i]),
             "quality": quality[i]}
            for i in range(len(at))
        ]  # fmt: skip
    for prm, watts in production.items():
        curves += [
            {**period(START, END), "prm": prm, "role": "producer", "step_start": at[i], "step_minutes": 15,
             "production_w": float(watts[i]), "self_consumption_w": float(given[prm][i]),
             "surplus_w": float(watts[i] - given[prm][i]), "quality": "measured"}
            for i in range(len(at))
        ]  # fmt: skip
    total = {
        "consumption_kwh": kwh(demand), "production_kwh": kwh(produced), "self_consumption_kwh": kwh(shared),
        "complement_kwh": kwh(demand - shared), "surplus_kwh": kwh(produced - shared),
        "self_consumption_rate": kwh(shared) / kwh(produced), "self_production_rate": kwh(shared) / kwh(demand),
        "coverage_rate": kwh(produced) / kwh(demand),
    }  # fmt: skip
    published_kwh = sum(kwh(watts) for watts in published.values())
    consumer_rows: Rows = [
        {**period(START, END), "prm": prm, "consumption_kwh": kwh(watts), "published_consumption_kwh": kwh(watts),
         "self_consumption_kwh": kwh(part[prm]), "published_self_consumption_kwh": kwh(published[prm]),
         "complement_kwh": kwh(watts - part[prm]), "published_complement_kwh": kwh(watts - published[prm]),
         "self_production_rate": kwh(part[prm]) / kwh(watts), "published_source": "curve"}
        for prm, watts in consumption.items()
    ]  # fmt: skip
    producer_rows: Rows = [
        {**period(START, END), "prm": prm, "production_kwh": kwh(watts), "published_production_kwh": kwh(watts),
         "self_produced_kwh": kwh(given[prm]), "published_self_produced_kwh": kwh(given[prm]) * 0.97,
         "surplus_kwh": kwh(watts - given[prm]), "self_consumption_rate": kwh(given[prm]) / kwh(watts),
         "published_source": "curve"}
        for prm, watts in production.items()
    ]  # fmt: skip
    slots: Rows = [
        {**row, "slot": slot, "slot_source": "inferred",
         **{name: row[name] * share for name in row if name.endswith("_kwh")}}
        for row in ({k: v for k, v in r.items() if k != "self_production_rate"} for r in consumer_rows)
        for slot, share in (("HP", 0.75), ("HC", 0.25))
    ]  # fmt: skip
    september = period(date(2025, 9, 1), date(2025, 9, 30))
    months: Rows = [
        {**period(START, END), "key_type": "dynamic", "key_type_used": "default",
         "key_source": "ACC00000042_15_01102025_31102025.txt", "default_steps": 2980, "steps_expected": 29800,
         "steps_estimated": 40, "steps_missing": 0, **total, "published_consumption_kwh": kwh(demand),
         "published_production_kwh": kwh(produced), "published_self_consumption_kwh": published_kwh,
         "published_complement_kwh": kwh(demand) - published_kwh,
         "published_surplus_kwh": kwh(produced) - published_kwh, "published_source": "curve"},
        {**september, "key_type": "dynamic", "key_type_used": "dynamic", "default_steps": 0, "steps_expected": 28800,
         "steps_estimated": 0, "steps_missing": 0, **{name: value * 1.14 for name, value in total.items()}},
    ]  # fmt: skip
    return write(
        path,
        {
            marts.OPERATION: [{"operation_id": OPERATION, "name": "Soleil partagé de Fontbelle",
                               "organiser": "Syndicat d'énergie du Val d'Aubre", "key_type": "dynamic"}],
            marts.PARTICIPANT: [
                *({"operation_id": OPERATION, "prm": prm, "role": "consumer", "valid_from": date(2024, 1, 1),
                   "name": name, "role_source": "annexe2"} for prm, name, *_ in CONSUMERS),
                *({"operation_id": OPERATION, "prm": prm, "role": "producer", "valid_from": date(2024, 1, 1),
                   "name": name, "power_kw": power, "role_source": "annexe2"} for prm, name, power in PRODUCERS),
            ],
            marts.DISTRIBUTION_KEY: [
                {"operation_id": OPERATION, "consumer_prm": prm, "valid_from": START, "key_type": "dynamic",
                 "share": Decimal("0.125"), "source_file": "ACC00000042_15_01102025_31102025.txt"}
                for prm, *_ in CONSUMERS
            ],
            marts.OPERATION_MONTH: months,
            marts.CONSUMER_MONTH: consumer_rows,
            marts.CONSUMER_SLOT_MONTH: slots,
            marts.PRODUCER_MONTH: producer_rows,
            marts.CURVE: curves,
            marts.INVOICE_RECONCILIATION: _bills(consumer_rows),
            marts.FINDING: _findings(),
            marts.FILE: _files(),
        },
    )  # fmt: skip


def _bills(consumers: Rows) -> Rows:
    verdicts = ("matches", "self_consumption_not_deducted", "estimated_pending", "matches", "over_billed", "matches")
    rows: Rows = []
    for number, (row, verdict) in enumerate(zip(consumers, verdicts, strict=False), start=1):
        over = verdict in {"self_consumption_not_deducted", "over_billed"}
        rows.append(
            {"supplier": SUPPLIER, "invoice_number": f"F2025110{number:04d}", "detail_id": f"{number:04d}",
             "prm": row["prm"], "month": MONTH, "operation_id": OPERATION, "period_start": START, "period_end": END,
             "reading": "estimated" if verdict == "estimated_pending" else "actual",
             "billed_kwh": float(round(float(row["consumption_kwh" if over else "complement_kwh"]))),  # type: ignore[arg-type]
             "consumption_kwh": row["consumption_kwh"], "self_consumption_kwh": row["self_consumption_kwh"],
             "complement_kwh": row["complement_kwh"], "expected_kwh": row["complement_kwh"], "verdict": verdict,
             "amount_eur": Decimal("187.42") if over else None}
        )  # fmt: skip
    return rows


def _findings() -> Rows:
    bill = {"file": "direct_view/export_factures_2025-11.xlsx", "line": 14, "value": "1 812 kWh"}
    curve = {"file": "ACC00000042/30001000000012_01102025_31102025_Autoconso_CDC.csv", "line": None, "value": None}
    proof = [bill, curve]
    return [
        finding(1, "self_consumption_not_deducted", "error", "supplier",
                "La facture F20251100002 de l'École Jules-Ferry facture 1 812 kWh, soit toute la consommation du 1er "
                "au 31 octobre 2025 : les 842 kWh autoconsommés ne sont pas déduits.",
                supplier=SUPPLIER, invoice_number="F20251100002", prm="30001000000012",
                amount_eur=Decimal("187.42"), amount_ttc_eur=Decimal("224.90"), expected=970.0, observed=1812.0,
                unit="kWh", evidence=json.dumps(proof)),
        finding(2, "over_billed", "error", "supplier", "La Station de pompage est facturée de 310 kWh en trop.",
                supplier=SUPPLIER, invoice_number="F20251100005", prm="30001000000015",
                amount_eur=Decimal("187.42"), amount_ttc_eur=Decimal("224.90"), evidence=json.dumps(proof[:1])),
        finding(3, "published_split_differs", "error", "enedis",
                "La répartition publiée attribue 168,4 kWh de moins à l'École Jules-Ferry que le calcul de l'annexe 7.",
                amount_eur=Decimal("21.90"),
                evidence=json.dumps([{"file": f"ACC00000042/{c[0]}_01102025_31102025_Autoconso_CDC.csv",
                                      "line": None, "value": "842,1 kWh au lieu de 673,7"} for c in CONSUMERS])),
        finding(4, "key_file_not_compliant", "error", "organiser",
                "Le fichier de clés dépasse 100 % au pas du 12/10/2025 à 11:15 (100,02 %) : Enedis a appliqué les clés "
                "par défaut à toute la période.",
                evidence=json.dumps([{"file": "ACC00000042_15_01102025_31102025.txt", "line": 1103,
                                      "value": "100,02"}])),
        finding(5, "quarantined_file", "error", "organiser",
                "Le fichier 30001000000016_Conso_CDC.csv est refusé : ligne 12, « 12x5 » n'est pas un nombre.",
                evidence=json.dumps([{"file": "30001000000016_01102025_31102025_Conso_CDC.csv", "line": 12,
                                      "value": "12x5"}])),
        finding(6, "missing_steps", "warning", "enedis",
                "40 points de la Médiathèque sont absents du 6 au 6 octobre ; ils sont estimés par la semaine "
                "précédente (article 5.2.3).", prm="30001000000016", role="consumer"),
        finding(7, "price_missing", "info", "organiser", "Le prix local n'est pas renseigné."),
    ]  # fmt: skip


def _files() -> Rows:
    base = {"received_at": datetime(2025, 11, 8, 9, 0, tzinfo=UTC), "size_bytes": 1000, "operation_id": OPERATION,
            "delivery": "ACC00000042", "period_start": START, "period_end": END}  # fmt: skip
    names = [("curve", f"{c[0]}_01102025_31102025_Conso_CDC.csv", "loaded") for c in CONSUMERS]
    names += [("curve", "30001000000011_01102025_31102025_Conso_CDC.csv", "superseded"),
              ("synthesis", "ACC00000042_01102025_31102025.xlsx", "loaded"),
              ("curve", "30001000000016_01102025_31102025_Conso_CDC.csv", "quarantined")]  # fmt: skip
    return [
        {**base, "file_id": f"{number:064x}", "path": f"ACC00000042/{number}/{name}", "name": name, "kind": kind,
         "status": status,
         **({"reason": "une valeur n'est pas un nombre", "reason_line": 12, "reason_column": "2",
             "reason_value": "12x5"} if status == "quarantined" else {})}
        for number, (kind, name, status) in enumerate(names)
    ]  # fmt: skip
