"""The marts to Parquet without a word that tells who somebody is.

What remains is pseudonymised, not anonymous (GDPR, article 4(5)): a load curve may still be recognised by who knows it.
"""

from collections.abc import Mapping
from pathlib import Path

import duckdb
import polars as pl

from energy_pipeline import warehouse
from energy_pipeline.privacy.pseudonyms import pseudonym
from energy_pipeline.tables import marts
from energy_pipeline.tables.model import Column, Table

KINDS: Mapping[str, str] = {
    **dict.fromkeys(("prm", "consumer_prm", "producer_prm", "site_id", "pce"), "point"),
    **dict.fromkeys(("invoice_number", "origin_number", "cancelling_number"), "facture"),
    **dict.fromkeys(("name", "site_name", "holder", "organiser", "author", "grouping"), "nom"),
    "address": "adresse",
    "email": "mail",
    "siret_rna": "siret",
    "organiser_siret_rna": "siret",
    "detail_id": "detail",
    "finding_id": "constat",
    "file_id": "fichier",
    "meter_number": "compteur",
    "connection_request": "raccordement",
    "request_id": "demande",
}
"""Columns whose values are replaced, and by which kind of name: those of one kind can still be joined."""
KEPT = frozenset(
    {
        "operation_id", "supplier", "segment", "tariff_option", "off_peak_hours", "status", "check_name", "unit",
        "source", "article", "installation", "reading_type", "register", "request_type", "key_source", "run_id",
        "pipeline_version", "duckdb_version",
    }
)  # fmt: skip
"""Columns of free words that tell nothing of a person. Any other text is left out: its column is there, empty."""


def is_plain(column: Column) -> bool:
    """Whether the column can hold no free text: numbers, dates, and words of a list."""
    return column.type not in ("VARCHAR", "JSON") or bool(column.allowed)


def export(publication: Path, out: Path, key: bytes) -> dict[str, int]:
    """Write each mart of the publication as `out`/<mart>.parquet under pseudonyms; return the rows of each.

    Points, people, addresses and invoices are replaced by names that `key` makes; messages, evidence, paths and other
    free texts are left out.
    """
    out.mkdir(parents=True, exist_ok=True)
    with warehouse.connect(publication, read_only=True) as connection:
        connection.register("names", _names(connection, key).to_arrow())
        connection.execute("CREATE TEMP TABLE pseudonym AS SELECT * FROM names")
        return {table.name: _write(connection, table, out / f"{table.name}.parquet") for table in _present(connection)}


def _present(connection: duckdb.DuckDBPyConnection) -> list[Table]:
    found = {name for (name,) in connection.execute("SELECT table_name FROM duckdb_tables()").fetchall()}
    return [table for table in marts.TABLES if table.name in found]


def _names(connection: duckdb.DuckDBPyConnection, key: bytes) -> pl.DataFrame:
    """Return the pseudonym of each value of KINDS: kind, value, pseudonym."""
    parts = [
        f"SELECT '{KINDS[column.name]}' AS kind, {column.name} AS value FROM {table.qualified_name}"
        for table in _present(connection)
        for column in table.columns
        if column.name in KINDS
    ]
    found = connection.execute(
        f"SELECT DISTINCT * FROM ({' UNION ALL '.join(parts)}) WHERE value IS NOT NULL"
    ).fetchall()
    return pl.DataFrame(
        [(kind, value, pseudonym(key, kind, value)) for kind, value in found],
        schema={"kind": pl.String, "value": pl.String, "pseudonym": pl.String},
        orient="row",
    )


def _write(connection: duckdb.DuckDBPyConnection, table: Table, path: Path) -> int:
    columns = ", ".join(_expression(column) for column in table.columns)
    return warehouse.write_parquet(connection, f"SELECT {columns} FROM {table.qualified_name} AS mart", path)


def _expression(column: Column) -> str:
    if column.name in KINDS:
        kind = KINDS[column.name]
        found = f"(SELECT pseudonym FROM pseudonym WHERE kind = '{kind}' AND value = mart.{column.name})"
        return f"{found} AS {column.name}"
    if is_plain(column) or column.name in KEPT:
        return f"mart.{column.name}"
    return f"CAST(NULL AS VARCHAR) AS {column.name}"
