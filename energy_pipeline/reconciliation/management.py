"""What the management component of the TURPE costs more to who takes part in an operation (convention §6)."""

import polars as pl

from energy_pipeline.tariffs import rates_over

SIDES = {"C5": -1.0, "C5_ACC": 1.0}
"""Grids of the component: what a participant pays, less what it would pay otherwise. Of C4 no table says."""
LIMIT_C5_KVA = 36.0
DAYS_OF_YEAR = 365


def management_surcharge(stays: pl.DataFrame, sites: pl.DataFrame) -> pl.DataFrame:
    """Return `stays` (prm, period_start, period_end, days, others) with `management_eur`.

    `days`: those of the period on which the point takes part; `sites`: marts.site, for the segment. NULL where the
    segment is not known, or where a table is missing or doubtful on some day: never a guess.
    """
    segment = (
        sites.filter((pl.col("fluid") == "electricity") & pl.col("prm").is_not_null())
        .with_columns(
            is_c5=pl.when(pl.col("segment").is_not_null())
            .then(pl.col("segment").str.contains("C5"))
            .otherwise(pl.col("subscribed_kva") <= LIMIT_C5_KVA)
        )
        .filter("is_c5")
        .select("prm")
        .unique()
    )
    key = ["prm", "period_start", "period_end"]
    asked = (
        stays.join(segment, on="prm", how="semi")
        .select(*key, start="period_start", end="period_end", rate=pl.lit("turpe_management"))
        .unique(key, maintain_order=True)
        .join(pl.DataFrame({"variant": list(SIDES)}), how="cross")
    )
    sure = pl.col("value").is_not_null() & (pl.col("confidence") != "doubtful")
    yearly = pl.col("value") * pl.col("share") * pl.col("variant").replace_strict(SIDES, return_dtype=pl.Float64)
    known = (
        rates_over(asked)
        .group_by(key)
        .agg(yearly.sum().alias("yearly_eur"), sure.fill_null(False).all().alias("is_sure"))
        .filter("is_sure")
        .drop("is_sure")
    )
    return (
        stays.join(known, on=key, how="left", maintain_order="left")
        .with_columns(management_eur=pl.col("yearly_eur") * pl.col("days") / DAYS_OF_YEAR)
        .drop("yearly_eur")
    )
