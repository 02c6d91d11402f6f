"""What the bills of a month need, and which months what has just landed makes wrong."""

from collections.abc import Collection, Iterable
from datetime import date, timedelta

import polars as pl

from energy_pipeline.invoices.details import KEY, latest_details, month
from energy_pipeline.reconciliation.ledger import CONTIGUOUS_DAYS, standing_bills
from energy_pipeline.reconciliation.missing_bills import LATE_MONTHS, MOST_MONTHS

PERIOD = ("operation_id", "period_start")


def days_needed(details: pl.DataFrame, month: date) -> pl.DataFrame:
    """Return (prm, first_day, last_day): the days of curve that the bills of `month` need, back to the last reading.

    `details`: of `latest_details`, all months.
    """
    bills = standing_bills(details).filter((pl.col("month") == month) & pl.col("prm").is_not_null())
    return (
        bills.group_by("prm")
        .agg(pl.col("run_start").min().alias("first_day"), pl.col("consumption_end").max().alias("last_day"))
        .drop_nulls()
        .sort("prm")
    )


def periods_needed(
    details: pl.DataFrame, operation_periods: pl.DataFrame, participants: pl.DataFrame, month: date
) -> pl.DataFrame:
    """Return the rows of computed.operation_period that `month` needs: its own, and those that its bills reach into."""
    current = operation_periods.filter(pl.col("month") == month)
    others = operation_periods.filter(pl.col("month") != month)
    consumers = participants.filter(pl.col("role") == "consumer").select("operation_id", "prm").unique()
    reached = (
        others.select(*PERIOD, "period_end")
        .join(consumers, on="operation_id")
        .join(days_needed(details, month), on="prm")
        .filter((pl.col("first_day") <= pl.col("period_end")) & (pl.col("last_day") >= pl.col("period_start")))
    )
    return pl.concat([current, others.join(reached, on=list(PERIOD), how="semi")]).sort(PERIOD)


def months_touched(
    invoice_rows: pl.DataFrame, new_files: Collection[str] = (), new_days: Iterable[tuple[date, date]] = ()
) -> frozenset[date]:
    """Return the months whose bills must be judged again, beside the months of what has landed itself.

    `invoice_rows`: landing.invoice_row with `received_at` and `path`, all files; `new_files`: file_id of the exports
    that have just landed; `new_days`: first and last day of each period of which a curve or a key has.

    They are the months of the bills that lie on `new_days`, of every version of the details in the new exports, of the
    invoices that a new credit corrects, of the later readings that settle a new estimated bill, and those of bills in
    which a bill that has come may have been told to lack (`missing_bills`).
    """
    rows = invoice_rows.with_columns(month().alias("month"))
    mine = pl.col("file_id").is_in(list(new_files))
    new = rows.filter(mine)
    versions = rows.join(new.select(KEY).unique(), on=list(KEY), how="semi", nulls_equal=True)
    origins = rows.join(
        new.select("supplier", pl.col("origin_number").alias("invoice_number")).drop_nulls(),
        on=["supplier", "invoice_number"], how="semi",
    )  # fmt: skip
    details, _ = latest_details(invoice_rows)
    bills = standing_bills(details).select("supplier", "prm", "month", "run_start", "consumption_end").drop_nulls()
    near = timedelta(days=CONTIGUOUS_DAYS)
    settled = bills.join(
        new.select("supplier", "prm", "consumption_start", pl.col("consumption_end").alias("new_end")).drop_nulls(),
        on=["supplier", "prm"],
    ).filter(
        (pl.col("run_start") <= pl.col("new_end") + near) & (pl.col("consumption_end") >= pl.col("consumption_start"))
    )
    reached = [
        bills.filter((pl.col("run_start") <= last) & (pl.col("consumption_end") >= first))
        for first, last in sorted(set(new_days))
    ]
    awaiting = _awaiting(rows, new)
    touched = pl.concat([part["month"] for part in (versions, origins, settled, awaiting, *reached)])
    return frozenset(touched.drop_nulls().unique().to_list())


def _awaiting(rows: pl.DataFrame, new: pl.DataFrame) -> pl.DataFrame:
    """Return (supplier, month): the months in which it may have been told that one of the bills `new` lacks.

    They come after the bill that the site had before it, at the latest when a bill as long as the longest would lack.
    """
    ends = rows.select("supplier", "prm", before="consumption_end").drop_nulls().unique().sort("before")
    spans = (
        new.select("supplier", "prm", "consumption_start", "month")
        .with_columns(start=pl.coalesce("consumption_start", "month"))
        .sort("start")
        .join_asof(
            ends, left_on="start", right_on="before", by=["supplier", "prm"], allow_exact_matches=False,
            check_sortedness=False,
        )
        .select(
            "supplier", after=pl.coalesce("before", "start").dt.truncate("1mo"),
            until=pl.col("month").dt.offset_by(f"{MOST_MONTHS + LATE_MONTHS}mo"),
        )
        .unique()
    )  # fmt: skip
    months = rows.select("supplier", "month").unique().join(spans, on="supplier")
    return months.filter((pl.col("month") > pl.col("after")) & (pl.col("month") <= pl.col("until")))
