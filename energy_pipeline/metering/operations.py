"""Operations as declared (Annexe 2.11, operations.toml), and those known only from their files."""

import json

import polars as pl

from energy_pipeline.metering.periods import all_periods
from energy_pipeline.tables import marts
from energy_pipeline.tables.schemas import POLARS_TYPES, empty, validate

FIELDS = (
    "name", "organiser", "organiser_siret_rna", "commune", "post_code", "key_type", "anniversary_day", "start_date",
    "recipients",
)  # fmt: skip
VERSION = ("declared_on", "received_at", "file_id")
"""Order of the versions of an Annexe 2: its own date, then its reception."""


def is_settings() -> pl.Expr:
    """Return whether a declaration comes from operations.toml: it has no date, and wins over any Annexe 2."""
    return pl.col("path").str.ends_with(".toml")


def operations(declared: pl.DataFrame, dynamic_keys: pl.DataFrame, files: pl.DataFrame) -> pl.DataFrame:
    """Return `marts.operation`: each field from operations.toml, else from the latest Annexe 2.11 that gives it.

    `declared`: landing.operation with `received_at` and `path`; `dynamic_keys`: landing.dynamic_key; `files`:
    landing.file. An operation that only its files name has a NULL name. Who sends an Annexe 5 without declaring a type
    has declared a dynamic one. `anniversary_day`: declared, else the first day of the latest period. `settings`: the
    fields of the latest Annexe 2.11, those of the table `annexe2` of operations.toml above them.
    """
    latest = (
        declared.sort(is_settings(), *VERSION)
        .group_by("operation_id", maintain_order=True)
        .agg(pl.col(field).drop_nulls().last() for field in FIELDS)
    )
    last_start = (
        all_periods(files).group_by("operation_id").agg(pl.col("period_start").sort_by("period_end").last().dt.day())
    )
    sent = dynamic_keys.group_by("operation_id").agg(
        sent_type=pl.when(pl.col("producer_prm").is_not_null().any())
        .then(pl.lit("full_dynamic"))
        .otherwise(pl.lit("dynamic"))
    )
    settings = _settings(declared)
    known = pl.concat([declared.select("operation_id"), files.select("operation_id").drop_nulls()]).unique()
    rows = (
        known.join(latest, on="operation_id", how="left")
        .join(last_start, on="operation_id", how="left")
        .join(sent, on="operation_id", how="left")
        .join(settings, on="operation_id", how="left")
        .with_columns(
            anniversary_day=pl.coalesce("anniversary_day", "period_start"),
            key_type=pl.coalesce("key_type", "sent_type"),
        )
        .sort("operation_id")
    )
    if rows.is_empty():
        return empty(marts.OPERATION)
    types = {column.name: POLARS_TYPES[column.type] for column in marts.OPERATION.columns}
    return validate(marts.OPERATION, rows.select(pl.col(name).cast(type_) for name, type_ in types.items()))


def _settings(declared: pl.DataFrame) -> pl.DataFrame:
    """Return (operation_id, settings): JSON of the fields of Annexe 2, by csv label."""
    found: dict[str, dict[str, str]] = {}
    rows = declared.filter(pl.col("settings").is_not_null()).sort(is_settings(), *VERSION)
    for operation_id, is_ours, written in rows.select("operation_id", is_settings(), "settings").iter_rows():
        fields = json.loads(written)
        found[operation_id] = found.get(operation_id, {}) | fields.get("annexe2", {}) if is_ours else fields
    return pl.DataFrame(
        [(operation_id, json.dumps(fields, ensure_ascii=False)) for operation_id, fields in found.items() if fields],
        schema={"operation_id": pl.String, "settings": pl.String},
        orient="row",
    )
