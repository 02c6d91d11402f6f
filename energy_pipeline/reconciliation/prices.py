"""Prices of `prices.csv` at a date: the most specific row that holds then, never the nearest in time."""

import itertools
from datetime import date

import polars as pl

FAR = date(9999, 12, 31)
ALL = ""
"""Stands for NULL in the keys of the timeline: any operation, any PRM, any slot."""
KEY = ("price", "operation_id", "prm", "slot")
TIMELINE_SCHEMA = {
    **{name: pl.String() for name in KEY},
    "valid_from": pl.Date(),
    "valid_to": pl.Date(),
    "value": pl.Float64(),
}


def timeline(price_rows: pl.DataFrame) -> pl.DataFrame:
    """Return the prices as stretches [valid_from, valid_to) that do not overlap within a key (TIMELINE_SCHEMA).

    `price_rows`: landing.price with `received_at` and `path`. Of the rows of a key that hold on a day, the one that
    started last wins, then the one received last (ties by file_id). The slot BASE is the absence of slots.
    """
    rows = price_rows.with_columns(
        pl.col("operation_id", "prm").fill_null(ALL), pl.col("slot").replace("BASE", ALL).fill_null(ALL)
    ).sort("valid_from", "received_at", "file_id", "line")
    stretches = []
    for key, versions in rows.group_by(KEY, maintain_order=True):
        held = [
            (start, end or FAR, float(value))
            for start, end, value in versions.select("valid_from", "valid_to", "value").iter_rows()
        ]
        bounds = sorted({bound for start, end, _ in held for bound in (start, end)})
        for start, end in itertools.pairwise(bounds):
            values = [value for first, last, value in held if first <= start and end <= last]
            if values:
                stretches.append((*key, start, end, values[-1]))
    return pl.DataFrame(stretches, schema=TIMELINE_SCHEMA, orient="row")


def lookup(asked: pl.DataFrame, stretches: pl.DataFrame, price: str) -> pl.DataFrame:
    """Return `asked` (operation_id, prm, day, optionally slot, others) with the column `price`, in EUR/kWh.

    A row for this PRM wins over one for its operation, which wins over one for this slot, which wins over one for
    all. NULL on a day that no row covers. The order of the rows is kept.
    """
    known = stretches.filter(pl.col("price") == price).sort("valid_from")
    slot = pl.col("slot").replace("BASE", ALL).fill_null(ALL) if "slot" in asked.columns else pl.lit(ALL)
    by_slot = ("slot", None) if "slot" in asked.columns else (None,)
    levels = list(itertools.product(("prm", None), ("operation_id", None), by_slot))
    keyed = asked.with_row_index("_row").with_columns(slot.alias("_slot")).sort("day")
    found = []
    for rank, (prm, operation, in_slot) in enumerate(levels):
        keys = keyed.with_columns(
            (pl.col("prm") if prm else pl.lit(ALL)).alias("_prm"),
            (pl.col("operation_id") if operation else pl.lit(ALL)).alias("_operation"),
            (pl.col("_slot") if in_slot else pl.lit(ALL)).alias("_in_slot"),
        )
        level = known.rename({"operation_id": "_operation", "prm": "_prm", "slot": "_in_slot"}).drop("price")
        joined = keys.join_asof(
            level, left_on="day", right_on="valid_from", by=["_operation", "_prm", "_in_slot"], check_sortedness=False
        )
        held = pl.when(pl.col("day") < pl.col("valid_to")).then("value")
        found.append(joined.select(held.alias(f"_{rank}")))
    values = pl.concat(found, how="horizontal").select(pl.coalesce(pl.all()).alias(price))
    return pl.concat([keyed, values], how="horizontal").sort("_row").drop("_row", "_slot")
