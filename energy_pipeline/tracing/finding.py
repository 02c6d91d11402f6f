"""A finding explained: what was expected, the proof file by file and line by line, the keys, the rule."""

import difflib
from typing import Any

import duckdb

from energy_pipeline import warehouse
from energy_pipeline.reconciliation.finding import catalogue
from energy_pipeline.reports.evidence import proofs
from energy_pipeline.reports.words import PARTIES, READINGS, SEVERITIES, VERDICTS
from energy_pipeline.tracing import parts, rules
from energy_pipeline.tracing.model import Explanation, Fact, SourceFile, TracingError

SHORTEST_PREFIX = 4
_BILL = (
    ("Énergie facturée", "billed_kwh"),
    ("Consommation sur les mêmes jours", "consumption_kwh"),
    ("Autoconsommation sur les mêmes jours", "self_consumption_kwh"),
    ("Complément recalculé", "complement_kwh"),
    ("Énergie attendue", "expected_kwh"),
)


def explain_finding(connection: duckdb.DuckDBPyConnection, finding_id: str) -> Explanation:
    """Return what the finding rests on; its first digits are enough when no other begins so.

    TracingError when it is unknown, with the nearest ids.
    """
    row = _find(connection, finding_id)
    entry = catalogue()[row["check_name"]]
    bill = _bill(connection, row) if row["invoice_number"] else []
    return Explanation(
        subject=row["finding_id"],
        title=entry["title"],
        statement=row["message"],
        rule=rules.of_check(row["check_name"]),
        action=entry["action"],
        facts=(*_facts(row), *bill, *_period(connection, row)),
        keys=_keys(connection, row),
        files=_files(connection, row),
    )


def _find(connection: duckdb.DuckDBPyConnection, finding_id: str) -> dict[str, Any]:
    known = warehouse.query(connection, "SELECT finding_id, check_name FROM marts.finding ORDER BY finding_id")
    ids: list[str] = known["finding_id"].to_list()
    begin_so = [one for one in ids if one.startswith(finding_id)] if len(finding_id) >= SHORTEST_PREFIX else []
    if finding_id not in ids and len(begin_so) != 1:
        near = begin_so[:5] or difflib.get_close_matches(finding_id, ids, n=3, cutoff=0.3) or ids[:3]
        titles = dict(known.iter_rows())
        listed = "".join(f"\n— {one} : {catalogue()[titles[one]]['title']}" for one in near)
        raise TracingError(
            f"Aucun constat « {finding_id} » dans la publication."
            + (f" Les plus proches :{listed}" if listed else " Elle n'en contient aucun.")
        )
    [row] = warehouse.query(
        connection,
        "SELECT * FROM marts.finding WHERE finding_id = $id",
        id=finding_id if finding_id in ids else begin_so[0],
    ).to_dicts()
    return row


def _facts(row: dict[str, Any]) -> list[Fact]:
    facts = [
        Fact("Gravité", SEVERITIES[row["severity"]]),
        Fact("À traiter par", row["supplier"] if row["party"] == "supplier" else PARTIES[row["party"]]),
        Fact("Opération", row["operation_id"]),
        Fact("Point de mesure", row["prm"]),
        Fact("Facture", row["invoice_number"]),
        Fact("Détail", row["detail_id"]),
        Fact("Premier jour", row["period_start"]),
        Fact("Dernier jour", row["period_end"]),
        Fact("Attendu", row["expected"], row["unit"] or ""),
        Fact("Observé", row["observed"], row["unit"] or ""),
        Fact("Montant HT", row["amount_eur"], "EUR"),
        Fact("Montant TTC", row["amount_ttc_eur"], "EUR"),
    ]
    return [fact for fact in facts if fact.value is not None]


def _bill(connection: duckdb.DuckDBPyConnection, row: dict[str, Any]) -> list[Fact]:
    key = {name: row[name] for name in ("supplier", "invoice_number", "detail_id", "prm")}
    facts = []
    for bill in parts.rows(connection, "bill", **key):
        facts += [Fact(label, bill[name], "kWh") for label, name in _BILL]
        facts += [Fact("Relève", READINGS.get(bill["reading"])), Fact("Conclusion", VERDICTS[bill["verdict"]])]
    for check in parts.rows(connection, "bill_check", check_name=row["check_name"], **key):
        facts.append(Fact("Méthode", check["method"]))
    return [fact for fact in facts if fact.value is not None]


def _period(connection: duckdb.DuckDBPyConnection, row: dict[str, Any]) -> list[Fact]:
    if row["operation_id"] is None or row["period_start"] is None:
        return []
    known = parts.period(connection, row["operation_id"], row["period_start"])
    return parts.period_facts(known) if known else []


def _keys(connection: duckdb.DuckDBPyConnection, row: dict[str, Any]) -> tuple[Any, ...]:
    if row["operation_id"] is None or row["period_start"] is None or row["role"] == "producer":
        return ()
    return parts.keys(connection, row["operation_id"], row["period_start"], row["period_end"], row["prm"])


def _files(connection: duckdb.DuckDBPyConnection, row: dict[str, Any]) -> tuple[SourceFile, ...]:
    steps = parts.rows(connection, "step", operation_id=row["operation_id"], period_start=row["period_start"])
    items = proofs(row["evidence"], row["period_start"], steps[0]["step_minutes"] if steps else None)
    paths = sorted({proof.file for proof in items if proof.file})
    known = warehouse.query(
        connection,
        "SELECT path, kind, status, received_at FROM marts.file WHERE path IN $paths "
        "QUALIFY row_number() OVER (PARTITION BY path ORDER BY received_at DESC, file_id DESC) = 1",
        paths=paths or [""],
    )
    registry = {row["path"]: row for row in known.iter_rows(named=True)}
    found = []
    for proof in items:
        known_as = registry.get(proof.file or "", {})
        found.append(
            SourceFile(
                "proof",
                proof.file or "",
                known_as.get("kind"),
                known_as.get("status"),
                known_as.get("received_at"),
                proof.place,
                proof.said,
            )
        )
    return tuple(found)
