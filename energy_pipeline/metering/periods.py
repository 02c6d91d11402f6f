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
    """Return (operation_id, period_start, period_end) of landing.file, sorted.

    Periods inside a longer one are left out, and so are those of `outvoted`.
    """
    keys = ["operation_id", "period_start", "period_end"]
    found, nested = _found(files), _nested(files)
    inside = nested.filter(~pl.col("is_outvoted")).select("operation_id", "period_start", "period_end")
    return found.select(keys).join(inside, on=keys, how="anti").join(outvoted(files), on=keys, how="anti").sort(keys)


def outvoted(files: pl.DataFrame) -> pl.DataFrame:
    """Return (operation_id, period_start, period_end, kept_start, kept_end): the periods that too few points speak of.

    A longer period of fewer than half as many points as one inside it is a misnamed file: it would stretch the period
    of all the others over days of which nothing is known. `kept`: the last of those inside it.
    """
    kept = _nested(files).filter("is_outvoted").sort("period_end", "period_start")
    return (
        kept.group_by("operation_id", "other_start", "other_end", maintain_order=True)
        .agg(kept_start=pl.col("period_start").last(), kept_end=pl.col("period_end").last())
        .rename({"other_start": "period_start", "other_end": "period_end"})
    )


def _found(files: pl.DataFrame) -> pl.DataFrame:
    """Return the periods that files name, with `points`: how many PRMs have one."""
    found = (
        of_operations(files)
        .group_by("operation_id", "period_start", "period_end")
        .agg(points=pl.col("prm").drop_nulls().n_unique())
    )
    length = pl.col("period_end") - pl.col("period_start")
    return found.filter((length <= LONGEST) | (length.min().over("operation_id") > LONGEST))


def _nested(files: pl.DataFrame) -> pl.DataFrame:
    """Return each period inside a longer one (`other_start`, `other_end`), and whether that one is outvoted."""
    found = _found(files)
    other = found.rename({"period_start": "other_start", "period_end": "other_end", "points": "other_points"})
    return (
        found.join(other, on="operation_id")
        .filter(
            (pl.col("other_start") <= pl.col("period_start"))
            & (pl.col("other_end") >= pl.col("period_end"))
            & ((pl.col("other_start") < pl.col("period_start")) | (pl.col("other_end") > pl.col("period_end")))
        )
        .with_columns(is_outvoted=2 * pl.col("other_points").cast(pl.Int64) < pl.col("points").cast(pl.Int64))
    )


def operation_periods(files: pl.DataFrame, month: date) -> pl.DataFrame:
    """Return the periods of `all_periods` whose last day lies in `month` (its first day)."""
    return all_periods(files).filter(pl.col("period_end").dt.truncate("1mo") == month)
