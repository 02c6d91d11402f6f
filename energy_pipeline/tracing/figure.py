"""A figure explained: its rule, the values that it adds up, the keys, the files, what Enedis published."""

import difflib
import re
from collections.abc import Sequence
from typing import Any

import duckdb

from energy_pipeline import french, warehouse
from energy_pipeline.reports.words import SOURCES
from energy_pipeline.tables import Column, Table, marts
from energy_pipeline.tables.columns import OPERATION_PATTERN, PRM_PATTERN, SLOTS
from energy_pipeline.tracing import parts, rules
from energy_pipeline.tracing.model import Explanation, Fact, Key, Part, SourceFile, TracingError

EXAMPLE = "operation_month.self_consumption_kwh ACC00000101 2025-10"
SHOWN = 8
_TABLES = {table.name: table for table in marts.TABLES}
_SHAPES = (
    ("operation_id", re.compile(OPERATION_PATTERN)),
    ("prm", re.compile(PRM_PATTERN)),
    ("month", re.compile(r"^\d{4}-\d{2}$")),
    ("period_start", re.compile(r"^\d{4}-\d{2}-\d{2}$")),
    ("slot", re.compile(f"^({'|'.join(SLOTS)})$")),
)
_PART_COLUMNS = {
    ("consumer_month", "exchange_month"): ("producer_prm", "consumer_prm"),
    ("producer_month", "exchange_month"): ("consumer_prm", "producer_prm"),
    ("consumer_month", "consumer_slot_month"): ("slot", "prm"),
}
"""Of a figure's mart and the mart that it adds up: the column that names each part, the one that selects the parts."""
Row = dict[str, Any]


def explain_figure(connection: duckdb.DuckDBPyConnection, name: str, words: Sequence[str]) -> Explanation:
    """Return what a figure rests on: `name` is `mart.column`, `words` its keys in any order.

    An operation is ACC…, a point of measurement 14 digits (of an exchange: the producer, then the consumer), a month
    AAAA-MM, the first day of a period AAAA-MM-DD, a slot its name; other words are an invoice, then a detail.
    TracingError when nothing or more than one row is found, with the nearest.
    """
    mart, _, column_name = name.partition(".")
    ours = f"{mart}.{column_name.removeprefix(rules.PUBLISHED)}"
    rule = rules.figures().get(ours)
    table = _TABLES.get(mart)
    if rule is None or table is None or column_name not in table.column_names:
        near = difflib.get_close_matches(ours, rules.figures(), n=4, cutoff=0.4) or sorted(rules.figures())[:4]
        raise TracingError(f"Grandeur inconnue : « {name} ». Les plus proches : {', '.join(near)}. Exemple : {EXAMPLE}")
    column = next(column for column in table.columns if column.name == ours.partition(".")[2])
    row = _row(connection, table, words)
    prm = row.get("prm") or row.get("consumer_prm")
    operation = parts.period(connection, row["operation_id"], row["period_start"]) if row.get("operation_id") else None
    return Explanation(
        subject=f"{name} {' '.join(_identity(table, row))}",
        title=rule.title,
        statement=_statement(connection, row),
        rule=rule.rule,
        facts=(*_facts(row, column), *(parts.period_facts(operation) if operation else ())),
        keys=_keys(connection, rule, row),
        parts=_parts(connection, mart, rule, row),
        files=tuple(_files(connection, table, rule, row, operation)),
        findings=parts.related(connection, row, prm) if row.get("operation_id") else (),
    )


def _row(connection: duckdb.DuckDBPyConnection, table: Table, words: Sequence[str]) -> Row:
    wanted = _wanted(table, words)
    conditions = " AND ".join(
        f"strftime(month, '%Y-%m') = ${name}" if name == "month" else f"CAST({name} AS VARCHAR) = ${name}"
        for name in wanted
    )
    query = f"SELECT * FROM {table.qualified_name} WHERE {conditions or 'true'} ORDER BY ALL LIMIT 2000"
    found = warehouse.query(connection, query, **wanted).to_dicts()
    if len(found) == 1:
        return found[0]
    if found:
        listed = "".join(f"\n— {' '.join(_identity(table, row))}" for row in found[:SHOWN])
        more = f"\n… et {len(found) - SHOWN} autres" if len(found) > SHOWN else ""
        raise TracingError(f"Plusieurs lignes de {table.name} répondent ; préciser laquelle :{listed}{more}")
    known = warehouse.query(connection, f"SELECT * FROM {table.qualified_name} ORDER BY ALL LIMIT 5000").to_dicts()
    identities = sorted({" ".join(_identity(table, row)) for row in known})
    near = difflib.get_close_matches(" ".join(wanted.values()), identities, n=3, cutoff=0.3) or identities[:3]
    raise TracingError(
        f"Aucune ligne de {table.name} pour {' '.join(words)}. "
        + (f"Les plus proches : {' ; '.join(near)}" if near else "Cette table est vide.")
    )


def _wanted(table: Table, words: Sequence[str]) -> dict[str, str]:
    """Return the value wanted of each key column, told by the shape of the words."""
    wanted: dict[str, str] = {}
    for word in words:
        shape = next((name for name, pattern in _SHAPES if pattern.match(word)), None)
        candidates = {
            "prm": ("prm", "producer_prm", "consumer_prm"),
            None: ("invoice_number", "detail_id", "supplier"),
        }.get(shape, (shape,))
        free = [name for name in candidates if name in table.column_names and name not in wanted]
        if not free:
            raise TracingError(f"« {word} » n'est pas une clé de {table.name}. Exemple : {EXAMPLE}")
        wanted[free[0]] = word
    return wanted


def _identity(table: Table, row: Row) -> list[str]:
    """Return the words that tell a row from the others, as `explain` takes them."""
    return [str(row[name]) for name in table.key if row[name] is not None and name != "supplier"]


def _statement(connection: duckdb.DuckDBPyConnection, row: Row) -> str:
    """Return whose figure it is and of which days, in French."""
    named = parts.names(connection)
    prms = [row[name] for name in ("prm", "producer_prm", "consumer_prm") if row.get(name)]
    about = [
        *([f"Facture {row['invoice_number']}"] if row.get("invoice_number") else []),
        *(f"{named[prm]} ({prm})" if prm in named else prm for prm in prms),
        *([f"opération {row['operation_id']}"] if row.get("operation_id") else []),
        *([french.period(row["period_start"], row["period_end"])] if row.get("period_start") else []),
    ]
    return f"{', '.join(about)}."


def _facts(row: Row, column: Column) -> list[Fact]:
    twin = f"{rules.PUBLISHED}{column.name}"
    facts = [Fact("Valeur", row[column.name], column.unit)]
    if twin in row:
        facts.append(Fact("Publié par Enedis", row[twin], column.unit))
        if row[column.name] is not None and row[twin] is not None:
            facts.append(Fact("Écart", row[column.name] - row[twin], column.unit))
        facts.append(Fact("Publié dans", SOURCES.get(row["published_source"])))
    if "saving_eur" in row:
        facts += [
            Fact("Électricité autoconsommée", row["self_consumption_kwh"], "kWh"),
            Fact("Prix évité", row["avoided_price"], "EUR/kWh"),
            Fact("Prix local", row["local_price"], "EUR/kWh"),
            Fact("Frais de l'organisateur", row["organiser_fee"], "EUR/kWh"),
        ]
    if "period_end" in row:
        facts += [Fact("Premier jour", row["period_start"]), Fact("Dernier jour", row["period_end"])]
    return [fact for fact in facts if fact.value is not None]


def _keys(connection: duckdb.DuckDBPyConnection, rule: rules.FigureRule, row: Row) -> tuple[Key, ...]:
    """Return the keys of the period when the figure depends on a split: it rests on both sides."""
    if len(rule.inputs) < len(("consumption", "production")) or not row.get("operation_id"):
        return ()
    consumer = row.get("consumer_prm") or (row.get("prm") if "production_kwh" not in row else None)
    return parts.keys(connection, row["operation_id"], row["period_start"], row["period_end"], consumer)


def _parts(connection: duckdb.DuckDBPyConnection, mart: str, rule: rules.FigureRule, row: Row) -> tuple[Part, ...]:
    if rule.parts is None:
        return ()
    table, column_name = _TABLES[rule.parts[0]], rule.parts[1]
    column = next(column for column in table.columns if column.name == column_name)
    label, own = _PART_COLUMNS.get((mart, table.name), ("prm", None))
    found = warehouse.query(
        connection,
        f"SELECT {label} AS label, {column_name} AS value FROM {table.qualified_name} "
        "WHERE operation_id = $operation_id AND period_start = $period_start "
        f"{f'AND {own} = $prm' if own else ''} ORDER BY value DESC, label",
        **{name: row[name] for name in ("operation_id", "period_start", *(["prm"] if own else []))},
    )
    named = parts.names(connection)
    return tuple(Part(label, named.get(label), value, column.unit) for label, value in found.iter_rows())


def _files(
    connection: duckdb.DuckDBPyConnection, table: Table, rule: rules.FigureRule, row: Row, operation: Row | None
) -> list[SourceFile]:
    found = []
    if row.get("operation_id"):
        found += _inputs(connection, rule, row, operation)
        own = {row[name] for name in ("prm", "producer_prm") if row.get(name)} or None
        source = row.get("published_source") or "curve"
        found += parts.published_files(connection, source, rule.published, row, own)
    if table is marts.SAVING_MONTH:
        found += parts.prices(connection, row)
    if table is marts.INVOICE_RECONCILIATION:
        key = {name: row[name] for name in ("supplier", "invoice_number", "detail_id", "prm")}
        found += [
            SourceFile("input", line["path"], "invoices", "loaded", None, f"ligne {line['line']}", "")
            for line in parts.rows(connection, "bill_check", check_name=None, **key)
        ]
    return found


def _inputs(
    connection: duckdb.DuckDBPyConnection, rule: rules.FigureRule, row: Row, operation: Row | None
) -> list[SourceFile]:
    """Return the curves that the value is computed from: of the participant alone where the others do not matter."""
    own = {row[name] for name in ("prm", "consumer_prm") if row.get(name)} or None
    is_split = len(rule.inputs) > 1
    pro_rata = operation is not None and operation["key_type_used"] in {"default", "mixed"}
    of_all = is_split and (pro_rata or "production_kwh" in row)
    found = []
    for series in rule.inputs:
        alone = own if not is_split or (series == "consumption" and not of_all) else None
        found += parts.curves(connection, "input", [series], row, alone)
    return found
