"""Rows of `marts.finding`, made from facts: what was expected, what was observed, where it is written."""

import hashlib
import json
import tomllib
from collections.abc import Mapping
from functools import cache

import polars as pl

from energy_pipeline.settings import REFERENCE
from energy_pipeline.tables import marts, schemas

IDENTITY = (
    "check_name", "operation_id", "prm", "role", "supplier", "invoice_number", "detail_id", "period_start",
    "discriminator",
)  # fmt: skip
"""What a finding is about (design §4). `discriminator` tells apart facts that share the rest: the path of a file, the
cell of a synthesis, the series of an energy file."""

VALUE_DIGITS = 6
"""Decimals kept of `expected` and `observed`: below a watt-hour and below the digits of a rate lies only noise."""

_GIVEN = ("finding_id", "severity", "party")
_SCHEMA = schemas.polars_schema(marts.FINDING)
FACT_SCHEMA = {
    **{name: type_ for name, type_ in _SCHEMA.items() if name not in _GIVEN},
    "amount_eur": pl.Float64(),
    "amount_ttc_eur": pl.Float64(),
    "discriminator": pl.String(),
}
"""Columns of a fact: those of marts.finding that the fact itself knows, euros not yet rounded."""


@cache
def catalogue() -> Mapping[str, Mapping[str, str]]:
    """Return the checks of `data/reference/` by name, those of a bill among them: severity, party, title, action."""
    return {
        name: entry
        for table in ("checks.toml", "bill_checks.toml")
        for name, entry in tomllib.loads((REFERENCE / table).read_text(encoding="utf-8")).items()
    }


def facts(rows: list[dict[str, object]]) -> pl.DataFrame:
    """Return `rows` as facts; columns not given are NULL, an unknown one is a KeyError."""
    for row in rows:
        if unknown := set(row) - set(FACT_SCHEMA):
            raise KeyError(f"a fact has no {sorted(unknown)}")
    return pl.DataFrame(rows, schema=FACT_SCHEMA, strict=False)


def evidence(*items: Mapping[str, object]) -> str:
    """Return the JSON of proofs, each `{file, line, value, …}`; what is NULL is left out."""
    kept = [{name: value for name, value in item.items() if value is not None} for item in items]
    return json.dumps(kept, ensure_ascii=False, default=str)


def build(rows: pl.DataFrame) -> pl.DataFrame:
    """Return `marts.finding` from facts (FACT_SCHEMA); severity and party come from the catalogue.

    `finding_id`: first 16 hexadecimal digits of the SHA-256 of IDENTITY. Facts that share all of it are numbered in
    the order of their messages, so that each keeps its own id. KeyError when a check is not in the catalogue.
    """
    if rows.is_empty():
        return schemas.empty(marts.FINDING)
    rows = rows.sort(*IDENTITY, "period_end", "message", nulls_last=False)
    checks = catalogue()
    repeated = pl.int_range(pl.len()).over(*IDENTITY)
    keys = rows.select(
        pl.concat_str([pl.col(name).cast(pl.String).fill_null("") for name in IDENTITY], separator="|").alias("key"),
        repeated.alias("rank"),
    )
    ids = [
        hashlib.sha256((f"{key}|{rank}" if rank else key).encode()).hexdigest()[:16] for key, rank in keys.iter_rows()
    ]
    names = rows["check_name"].to_list()
    if unknown := sorted(set(names) - checks.keys()):
        raise KeyError(f"no check {', '.join(unknown)} in data/reference/checks.toml")
    euros = [
        pl.col(name).round(2, mode="half_away_from_zero").cast(_SCHEMA[name])
        for name in ("amount_eur", "amount_ttc_eur")
    ]
    return rows.with_columns(
        pl.col("expected", "observed").round(VALUE_DIGITS),
        pl.Series("finding_id", ids, dtype=pl.String),
        *(pl.Series(column, [checks[name][column] for name in names], dtype=pl.String)
          for column in ("severity", "party")),
        *euros,
    ).select(*marts.FINDING.column_names)  # fmt: skip
