"""What findings and figures share: the period's keys and steps, files, prices, names, findings."""

from collections.abc import Sequence
from datetime import date
from typing import Any

import duckdb

from energy_pipeline import french, warehouse
from energy_pipeline.reconciliation.finding import catalogue
from energy_pipeline.reports.words import KEY_TYPES
from energy_pipeline.tracing.model import Fact, Key, Related, SourceFile

Row = dict[str, Any]
PUBLISHED_KINDS = {"energy": ("energy", "exchange"), "synthesis": ("synthesis",)}
"""Kinds of files in which the values stand that marts say published by `energy` or `synthesis`."""
_PRICES = {
    "local_price": "Prix local",
    "organiser_fee": "Frais de l'organisateur",
    "surplus_price": "Prix du surplus",
    "avoided_price": "Prix évité",
}


def rows(connection: duckdb.DuckDBPyConnection, name: str, **parameters: object) -> list[Row]:
    """Return the rows of `sql/tracing/<name>.sql`."""
    return warehouse.run(connection, f"tracing/{name}", **parameters).to_dicts()


def period(connection: duckdb.DuckDBPyConnection, operation_id: str, period_start: date) -> Row | None:
    """Return keys used and steps of the period, None when it is not published."""
    found = rows(connection, "period", operation_id=operation_id, period_start=period_start)
    return found[0] if found else None


def period_facts(known: Row) -> list[Fact]:
    """Return the keys and the steps of a period as facts."""
    used = KEY_TYPES.get(known["key_type_used"], "inconnues")
    declared = KEY_TYPES.get(known["key_type"], "inconnues")
    facts = [
        Fact("Clés utilisées", used),
        Fact("Clés déclarées", declared),
        Fact("Source des clés", known["key_source"]),
    ]
    facts += [
        Fact(label, known[name], "pas")
        for label, name in (
            ("Pas aux clés par défaut", "default_steps"),
            ("Pas attendus", "steps_expected"),
            ("Pas estimés", "steps_estimated"),
            ("Pas manquants", "steps_missing"),
        )
    ]
    return [fact for fact in facts if fact.value is not None]


def keys(
    connection: duckdb.DuckDBPyConnection, operation_id: str, period_start: date, period_end: date, prm: str | None
) -> tuple[Key, ...]:
    """Return the keys that held in the period, of one consumer or of all."""
    found = rows(
        connection, "keys", operation_id=operation_id, period_start=period_start, period_end=period_end, prm=prm
    )
    return tuple(Key(**row) for row in found)


def curves(
    connection: duckdb.DuckDBPyConnection,
    use: str,
    series: Sequence[str],
    about: Row,
    prms: set[str] | None,
) -> list[SourceFile]:
    """Return the curve files of some series that touch the period of `about`, of some participants or of all."""
    if not series:
        return []
    found = rows(
        connection,
        "curves",
        operation_id=about["operation_id"],
        series=list(series),
        period_start=about["period_start"],
        period_end=about["period_end"],
    )
    return [_file(use, row) for row in found if prms is None or row["prm"] in prms]


def published_files(
    connection: duckdb.DuckDBPyConnection, source: str, series: Sequence[str], about: Row, prms: set[str] | None
) -> list[SourceFile]:
    """Return the files in which Enedis published a value, by its `published_source`."""
    if source == "curve":
        return curves(connection, "published", series, about, prms)
    found = rows(
        connection,
        "published_files",
        kinds=list(PUBLISHED_KINDS[source]),
        operation_id=about["operation_id"],
        period_start=about["period_start"],
        period_end=about["period_end"],
    )
    return [
        _file("published", row)
        for row in found
        if (row["prm"] is None or prms is None or row["prm"] in prms)
        and (row["series"] is None or not series or row["series"] in series)
    ]


def prices(connection: duckdb.DuckDBPyConnection, about: Row) -> list[SourceFile]:
    """Return the lines of prices.csv that may hold for the consumer and the period of `about`."""
    found = rows(
        connection, "prices", **{name: about[name] for name in ("operation_id", "prm", "period_start", "period_end")}
    )
    return [
        SourceFile(
            use="price",
            path=row["path"],
            kind="prices",
            status="loaded",
            received_at=row["received_at"],
            place=f"ligne {row['line']}",
            said=f"{_PRICES[row['price']]}{f' ({slot})' if (slot := row['slot']) else ''} : "
            f"{french.number(row['value'], 6).rstrip('0')} €/kWh",
        )
        for row in found
        if row["price"] != "surplus_price"
    ]


def _file(use: str, row: Row) -> SourceFile:
    return SourceFile(use, row["path"], row["kind"], row["status"], row["received_at"], "", "")


def related(connection: duckdb.DuckDBPyConnection, about: Row, prm: str | None) -> tuple[Related, ...]:
    """Return the findings about the period of `about`, and about one participant when it is given."""
    found = rows(
        connection,
        "findings",
        prm=prm,
        **{name: about[name] for name in ("operation_id", "period_start", "period_end")},
    )
    return tuple(Related(row["finding_id"], catalogue()[row["check_name"]]["title"], row["message"]) for row in found)


def names(connection: duckdb.DuckDBPyConnection) -> dict[str, str]:
    """Return the name of each point of measurement: of its site, else of its holder."""
    found = warehouse.query(
        connection,
        "SELECT prm, coalesce(any_value(site.name), any_value(participant.name)) AS name "
        "FROM marts.participant AS participant LEFT JOIN marts.site AS site USING (prm) GROUP BY prm",
    )
    return {prm: name for prm, name in found.iter_rows() if name}
