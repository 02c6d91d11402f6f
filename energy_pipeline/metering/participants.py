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
DETAILS = ("name", "address", "siret_rna", "email", "power_kw", "installation")


def participants(perimeter: pl.DataFrame, declared: pl.DataFrame, files: pl.DataFrame) -> pl.DataFrame:
    """Return `marts.participant`: the stays of each (PRM, role), half-open.

    `perimeter`: landing.perimeter, `declared`: landing.participant, both with `received_at` and `path`; `files`:
    landing.file. Stays come from the perimeters (`perimeter_stays`); a PRM that a later perimeter omits leaves at the
    start of the period of the first delivery without it. Without any perimeter the stay starts with the first
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


def awaited(declared: pl.DataFrame) -> pl.DataFrame:
    """Return `marts.awaited_participant`: who has no PRM yet in the latest Annexe 2 of each operation.

    `declared`: landing.participant with `received_at` and `path`.
    """
    latest = declared.sort(*VERSION).filter(pl.col("file_id") == pl.col("file_id").last().over("operation_id"))
    rows = latest.filter(pl.col("prm").is_null()).select(marts.AWAITED_PARTICIPANT.column_names)
    return validate(marts.AWAITED_PARTICIPANT, rows.sort(*marts.AWAITED_PARTICIPANT.key))


def perimeter_stays(perimeter: pl.DataFrame, files: pl.DataFrame) -> pl.DataFrame:
    """Return (operation_id, prm, valid_from, valid_to, path): the history that the perimeters of each operation tell.

    A later perimeter replaces the stays that it overlaps; those that had ended before it begins stay in the history: a
    point that comes back (§3.2.2.2, §3.2.3) is listed from its return on only.
    """
    keys = ["operation_id", "prm"]
    versions = _versions(perimeter, files)
    listed = (
        perimeter.select("operation_id", "file_id", "path", "prm", "valid_from", end=pl.col("valid_to"))
        .join(versions, on=["operation_id", "file_id"])
        .with_columns(pl.col("end").fill_null(FOREVER))
    )
    following = versions.select("operation_id", pl.col("version") - 1, left_on="delivery_start")
    relisted = listed.select(*keys, pl.col("version") - 1).unique()
    omitted = listed.join(relisted, on=[*keys, "version"], how="anti").join(following, on=["operation_id", "version"])
    stays = (
        listed.join(omitted.select(*keys, "version", "left_on").unique(), on=[*keys, "version"], how="left")
        .with_columns(end=pl.min_horizontal("end", "left_on"))
        .sort(*keys, "version", "valid_from")
        .unique([*keys, "valid_from", "end"], keep="last", maintain_order=True)
        .select(*keys, "valid_from", "end", "path", "version")
    )
    later = stays.select(*keys, later_from="valid_from", later_end="end", later_version="version")
    replaced = stays.join(later, on=keys).filter(
        (pl.col("later_version") > pl.col("version"))
        & (pl.col("later_from") < pl.col("end"))
        # An empty stay says that the point never took part: it replaces what it lies in.
        & ((pl.col("later_end") > pl.col("valid_from")) | (pl.col("later_from") >= pl.col("valid_from")))
    )
    held = stays.join(replaced, on=[*keys, "valid_from", "end"], how="anti").filter(
        pl.col("valid_from") < pl.col("end")
    )
    return _merged(held)


def _merged(stays: pl.DataFrame) -> pl.DataFrame:
    """Return the stays of each PRM, those that overlap made one."""
    keys = ["operation_id", "prm"]
    return (
        stays.sort(*keys, "valid_from", "end")
        .with_columns(reached=pl.col("end").cum_max().shift().over(keys))
        .with_columns(stay=(pl.col("valid_from") >= pl.col("reached")).fill_null(True).cum_sum().over(keys))
        .group_by(*keys, "stay", maintain_order=True)
        .agg(pl.col("valid_from").first(), pl.col("end").max(), pl.col("path").last())
        .select(*keys, "valid_from", valid_to=pl.when(pl.col("end") < FOREVER).then("end"), path="path")
    )


def _versions(perimeter: pl.DataFrame, files: pl.DataFrame) -> pl.DataFrame:
    """Return (operation_id, file_id, version, delivery_start): the perimeters of each operation, in order.

    The order is that of their periods, then of their arrival: a past period published again says nothing of those who
    joined since. A perimeter that comes back unchanged after another one counts again. `delivery_start`: first day of
    the latest period that its delivery brings, else the day it was received.
    """
    delivered = files.filter(pl.col("status").is_in([*READ, "duplicate"]) & pl.col("operation_id").is_not_null())
    starts = delivered.group_by("operation_id", "delivery").agg(pl.col("period_start").max())
    return (
        delivered.filter(pl.col("kind") == "perimeter")
        .join(perimeter.select("operation_id", "file_id").unique(), on=["operation_id", "file_id"])
        .join(starts.rename({"period_start": "delivered_start"}), on=["operation_id", "delivery"])
        .with_columns(delivery_start=pl.coalesce("delivered_start", pl.col("received_at").dt.date()))
        .sort("delivery_start", "received_at", "file_id", "path")
        .select(
            "operation_id",
            "file_id",
            "delivery_start",
            version=pl.int_range(pl.len()).over("operation_id"),
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
