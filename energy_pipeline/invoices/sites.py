"""`marts.site`: what the latest list says of each site, and when a site left the lists."""

import polars as pl

from energy_pipeline.tables import columns, marts
from energy_pipeline.tables.schemas import polars_schema

LIST = ("supplier", "fluid", "listed_on", "file_id")
"""A list: the same day may bring those of several customers, in several files."""
SITE = ("supplier", "fluid", "site_id")


def sites(site_rows: pl.DataFrame) -> pl.DataFrame:
    """Return `marts.site`, one row per supplier and site: its state in the latest list that names it.

    `site_rows`: landing.site_row with `received_at` and `path`. A site that a later list of the same supplier and
    fluid omits keeps its last state; `valid_to`, when the list gave none, is the day of the first list that omits it.
    Two lists without any site in common are about different customers: the one never closes the sites of the other.
    """
    last = site_rows.sort("listed_on", "received_at", "file_id", pl.col("valid_from").fill_null(pl.date(1, 1, 1)),
                          "line").unique(SITE, keep="last", maintain_order=True)  # fmt: skip
    closed = last.join(_omitted_on(site_rows, last), on=SITE, how="left")
    is_electricity = pl.col("fluid") == "electricity"
    is_prm = is_electricity & pl.col("site_id").str.contains(columns.PRM_PATTERN)
    made = closed.with_columns(
        prm=pl.when(is_prm).then("site_id"),
        pce=pl.when(~is_electricity).then("site_id"),
        valid_to=pl.coalesce("valid_to", "omitted_on"),
    )
    schema = polars_schema(marts.SITE)
    ordered = made.sort("site_id", "supplier", "listed_on").unique(["site_id", "supplier"], keep="last")
    return ordered.select(pl.col(name).cast(type_) for name, type_ in schema.items()).sort("site_id", "supplier")


def _omitted_on(site_rows: pl.DataFrame, last: pl.DataFrame) -> pl.DataFrame:
    """Return (SITE, omitted_on): the first list that follows the site's last one, resembles it and omits the site."""
    rows = site_rows.select(*SITE, "listed_on", "file_id").unique()
    later = rows.select(*SITE, pl.col("listed_on").alias("omitted_on")).unique()
    following = (
        rows.join(later, on=SITE)
        .filter(pl.col("omitted_on") > pl.col("listed_on"))
        .group_by(LIST)
        .agg(pl.col("omitted_on").min())
    )
    return last.select(*SITE, "listed_on", "file_id").join(following, on=LIST).select(*SITE, "omitted_on")
