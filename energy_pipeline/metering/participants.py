"""Who participates, in which role, and from when to when (convention §3, §11.2.1.2, §11.6.1.2)."""

from datetime import date

import polars as pl

from energy_pipeline.metering.operations import VERSION
from energy_pipeline.metering.periods import READ, all_periods
from energy_pipeline.tables import marts
from energy_pipeline.tables.schemas import POLARS_TYPES, validate

FOREVER = date(9999, 12, 31)
ROLE_OF_SERIES = {
    "consumption": "consumer", "self_consumption": "consumer", "complement": "consumer",
    "production": "producer", "surplus": "producer", "self_produced": "producer",
}  # fmt: skip
DETAILS = ("name", "address", "siret_rna", "power_kw", "installation")


def participants(perimeter: pl.DataFrame, declared: pl.DataFrame, files: pl.DataFrame) -> pl.DataFrame:
    """Return `marts.participant`: the stays of each (PRM, role), half-open.

    `perimeter`: landing.perimeter, `declared`: landing.participant, both with `received_at` and `path`; `files`:
    landing.file. A stay comes from the latest perimeter that lists the PRM; a PRM that a later perimeter omits leaves
    at the start of the period of the first delivery without it. Without any perimeter the stay starts with the first
    period. Roles come from the latest Annexe 2 that lists the PRM, else from the series of its files. A PRM of the
    perimeter whose role nothing tells has no row: see `role_unknown`.
    """
    roles = _roles(declared, files)
    stays = pl.concat([perimeter_stays(perimeter, files), _stays_without_perimeter(perimeter, roles, declared, files)])
    rows = stays.join(roles, on=["operation_id", "prm"]).sort("operation_id", "prm", "role", "valid_from")
    types = {column.name: POLARS_TYPES[column.type] for column in marts.PARTICIPANT.columns}
    return validate(marts.PARTICIPANT, rows.select(pl.col(name).cast(type_) for name, type_ in types.items()))


def role_unknown(perimeter: pl.DataFrame, known: pl.DataFrame, files: pl.DataFrame) -> pl.DataFrame:
    """Return (operation_id, prm, valid_from, valid_to, path): stays of the perimeter that no row of `known` bears.

    `known`: the result of `participants`.
    """
    return perimeter_stays(perimeter, files).join(known, on=["operation_id", "prm"], how="anti")


def perimeter_stays(perimeter: pl.DataFrame, files: pl.DataFrame) -> pl.DataFrame:
    """Return (operation_id, prm, valid_from, valid_to, path): what the latest perimeters say of each PRM."""
    versions = _versions(perimeter, files)
    listed = perimeter.select("operation_id", "file_id", "path", "prm", "valid_from", "valid_to").join(
        versions, on=["operation_id", "file_id"]
    )
    latest = listed.filter(pl.col("version") == pl.col("version").max().over("operation_id", "prm"))
    omitted = versions.select("operation_id", pl.col("version") - 1, left_on="delivery_start")
    valid_to = pl.when(pl.col("valid_to") < FOREVER).then("valid_to")
    stays = latest.join(omitted, on=["operation_id", "version"], how="left").with_columns(
        valid_to=pl.min_horizontal(valid_to, "left_on")
    )
    return _merged(stays.filter(pl.col("valid_to").is_null() | (pl.col("valid_from") < pl.col("valid_to"))))


def _merged(stays: pl.DataFrame) -> pl.DataFrame:
    """Return the stays of each PRM, those that overlap made one."""
    keys = ["operation_id", "prm"]
    end = pl.col("valid_to").fill_null(FOREVER)
    return (
        stays.with_columns(end=end)
        .sort(*keys, "valid_from", "end")
        .with_columns(reached=pl.col("end").cum_max().shift().over(keys))
        .with_columns(stay=(pl.col("valid_from") >= pl.col("reached")).fill_null(True).cum_sum().over(keys))
        .group_by(*keys, "stay", maintain_order=True)
        .agg(pl.col("valid_from").first(), pl.col("end").max(), pl.col("path").last())
        .select(*keys, "valid_from", valid_to=pl.when(pl.col("end") < FOREVER).then("end"), path="path")
    )


def _versions(perimeter: pl.DataFrame, files: pl.DataFrame) -> pl.DataFrame:
    """Return (operation_id, file_id, version, delivery_start): the perimeters of each operation in order of arrival.

    A perimeter that comes back unchanged after another one counts again. `delivery_start`: first day of the latest
    period that its delivery brings, else the day it was received.
    """
    delivered = files.filter(pl.col("status").is_in([*READ, "duplicate"]) & pl.col("operation_id").is_not_null())
    starts = delivered.group_by("operation_id", "delivery").agg(pl.col("period_start").max())
    return (
        delivered.filter(pl.col("kind") == "perimeter")
        .join(perimeter.select("operation_id", "file_id").unique(), on=["operation_id", "file_id"])
        .join(starts.rename({"period_start": "delivered_start"}), on=["operation_id", "delivery"])
        .sort("received_at", "file_id", "path")
        .select(
            "operation_id",
            "file_id",
            version=pl.int_range(pl.len()).over("operation_id"),
            delivery_start=pl.coalesce("delivered_start", pl.col("received_at").dt.date()),
        )
    )


def _roles(declared: pl.DataFrame, files: pl.DataFrame) -> pl.DataFrame:
    """Return (operation_id, prm, role, role_source) and the declared details of each."""
    keys = ["operation_id", "prm"]
    versions = declared.filter(pl.col("prm").is_not_null()).sort(*VERSION)
    latest = (
        versions.filter(pl.col("file_id") == pl.col("file_id").last().over(keys))
        .unique([*keys, "role"], keep="last", maintain_order=True)
        .select(*keys, "role", *DETAILS, role_source=pl.lit("annexe2"))
    )
    seen = (
        files.filter(
            pl.col("status").is_in(READ)
            & pl.col("kind").is_in(["curve", "energy"])
            & pl.col("operation_id").is_not_null()
            & pl.col("prm").is_not_null()
            & pl.col("series").is_not_null()
        )
        .select(*keys, role=pl.col("series").replace_strict(ROLE_OF_SERIES, return_dtype=pl.String))
        .unique()
        .join(latest, on=keys, how="anti")
        .with_columns(role_source=pl.lit("curves"))
    )
    return pl.concat([latest, seen], how="diagonal")


def _stays_without_perimeter(
    perimeter: pl.DataFrame, roles: pl.DataFrame, declared: pl.DataFrame, files: pl.DataFrame
) -> pl.DataFrame:
    """Return the stays of the operations that have no perimeter: everyone, from the first known day on."""
    first_period = all_periods(files).group_by("operation_id").agg(first_start=pl.col("period_start").min())
    first_declared = declared.group_by("operation_id").agg(pl.col("declared_on").min())
    return (
        roles.join(perimeter, on="operation_id", how="anti")
        .select("operation_id", "prm")
        .unique()
        .join(first_period, on="operation_id", how="left")
        .join(first_declared, on="operation_id", how="left")
        .select(
            "operation_id",
            "prm",
            valid_from=pl.coalesce("first_start", "declared_on"),
            valid_to=pl.lit(None, pl.Date),
            path=pl.lit(None, pl.String),
        )
        .filter(pl.col("valid_from").is_not_null())
    )
