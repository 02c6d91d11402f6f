"""The periods of the operations, as their files bound them (convention §4: from anniversary day to anniversary day)."""

from datetime import date, timedelta

import polars as pl

KINDS = ("curve", "energy", "synthesis", "exchange")
READ = ("loaded", "superseded")
LONGEST = timedelta(days=62)
"""A file that covers more is a history, not a period of the convention; it bounds one only where nothing else does."""


def of_operations(files: pl.DataFrame) -> pl.DataFrame:
    """Return the rows of landing.file that were read and that tell an operation and a period."""
    return files.filter(
        pl.col("status").is_in(READ)
        & pl.col("kind").is_in(KINDS)
        & pl.col("operation_id").is_not_null()
        & pl.col("period_start").is_not_null()
        & pl.col("period_end").is_not_null()
    )


def all_periods(files: pl.DataFrame) -> pl.DataFrame:
    """Return (operation_id, period_start, period_end) of landing.file, sorted; periods inside a longer one left out."""
    keys = ["operation_id", "period_start", "period_end"]
    found = of_operations(files).select(keys).unique()
    length = pl.col("period_end") - pl.col("period_start")
    found = found.filter((length <= LONGEST) | (length.min().over("operation_id") > LONGEST))
    other = found.rename({"period_start": "other_start", "period_end": "other_end"})
    inside = (
        found.join(other, on="operation_id")
        .filter(
            (pl.col("other_start") <= pl.col("period_start"))
            & (pl.col("other_end") >= pl.col("period_end"))
            & ((pl.col("other_start") < pl.col("period_start")) | (pl.col("other_end") > pl.col("period_end")))
        )
        .select(keys)
    )
    return found.join(inside, on=keys, how="anti").sort(keys)


def operation_periods(files: pl.DataFrame, month: date) -> pl.DataFrame:
    """Return the periods of `all_periods` whose last day lies in `month` (its first day)."""
    return all_periods(files).filter(pl.col("period_end").dt.truncate("1mo") == month)
