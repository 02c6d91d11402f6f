"""Which bills stand: credits and what they cancel, corrections, and runs from real reading to real reading."""

from datetime import timedelta

import polars as pl

from energy_pipeline.invoices.details import KEY, REGISTERS, billed_kwh, kind, month, reading

CREDITED = tuple(f"credited_{name}" for name in REGISTERS)
SAME_EUROS = 0.02
SAME_KWH = 1.0
CONTIGUOUS_DAYS = 2
"""Bills of a point follow one another to the day, give or take how the supplier counts the day of the reading."""


def standing_bills(details: pl.DataFrame) -> pl.DataFrame:
    """Return the details that bill an energy, with what the other details of the point change to them.

    `details`: of `latest_details`, all months (a credit may come later than what it cancels). Added columns: `bill`
    (row number), `kind`, `reading`, `month`, `billed_kwh`, and

    - `is_cancelled`: credits and cancellations, the invoices that they cancel (their origin, or the same dates, with
      opposite amounts), and negative quantities of no run: none of them is judged alone;
    - `net_kwh`: billed energy less the partial credits that name this invoice as their origin;
    - CREDITED: what these take from each register, `is_credit_split` whether they all tell it;
    - `run_start`, `run_bills`, `billed_before_kwh`: an actual reading settles the estimated bills just before it; these
      are the first day of that run, its number of bills, and what the earlier ones billed.
    """
    bills = (
        details.with_columns(kind().alias("kind"), reading().alias("reading"), month().alias("month"),
                             billed_kwh().alias("billed_kwh"))
        .filter(pl.col("billed_kwh").is_not_null())
        .sort("invoice_date", *KEY)
        .with_row_index("bill")
    )  # fmt: skip
    pairs = _credit_pairs(bills)
    whole, partial = pairs.filter("is_whole"), pairs.filter(~pl.col("is_whole"))
    cancelled = pl.concat([whole["credit"], whole["bill"]]).unique()
    bills = bills.join(_credited(bills, partial), on="bill", how="left").with_columns(
        pl.col(CREDITED).fill_null(0.0),
        pl.col("is_credit_split").fill_null(True),
        is_cancelled=pl.col("bill").is_in(cancelled.implode()) | (pl.col("kind") != "invoice"),
        net_kwh=pl.col("billed_kwh") - pl.col("credit_kwh").fill_null(0.0),
    )
    return _with_runs(bills.drop("credit_kwh"))


def _credit_pairs(bills: pl.DataFrame) -> pl.DataFrame:
    """Return (credit, credit_kwh, bill, is_whole): each credit with the one bill that it corrects, in whole or part."""
    total = pl.coalesce("total_excl_vat_eur", "total_incl_vat_eur").cast(pl.Float64)
    side = ("supplier", "prm", "invoice_number", "consumption_start", "consumption_end")
    rows = bills.select(*side, "origin_number", "bill", "kind", "billed_kwh", "invoice_date", total.alias("total"))
    credits_ = rows.filter(pl.col("kind") != "invoice").select(
        "supplier",
        "prm",
        "origin_number",
        pl.col("bill").alias("credit"),
        pl.col("billed_kwh").alias("credit_kwh"),
        pl.col("total").alias("credit_total"),
        pl.col("consumption_start").alias("credit_start"),
        pl.col("consumption_end").alias("credit_end"),
    )
    same_dates = (pl.col("credit_start") == pl.col("consumption_start")) & (
        pl.col("credit_end") == pl.col("consumption_end")
    )
    named = pl.col("origin_number") == pl.col("invoice_number")
    opposite = ((pl.col("total") + pl.col("credit_total")).abs() <= SAME_EUROS) & (
        (pl.col("billed_kwh").abs() - pl.col("credit_kwh").abs()).abs() <= SAME_KWH
    )
    return (
        credits_.join(rows.filter(pl.col("kind") == "invoice").drop("origin_number"), on=["supplier", "prm"])
        .with_columns(
            is_named=named.fill_null(False),
            is_same_dates=same_dates.fill_null(False),
            is_whole=opposite.fill_null(False),
        )
        .filter(pl.col("is_named") | (pl.col("is_same_dates") & pl.col("is_whole")))
        .sort(
            ~pl.col("is_named"), ~pl.col("is_whole"), ~pl.col("is_same_dates"), "invoice_date", "bill", "credit",
            maintain_order=True,
        )
        .unique("credit", keep="first", maintain_order=True)
        .filter(~pl.col("is_whole") | (pl.int_range(pl.len()).over("bill", "is_whole") == 0))
        .select("credit", "credit_kwh", "bill", "is_whole")
    )  # fmt: skip


def _credited(bills: pl.DataFrame, partial: pl.DataFrame) -> pl.DataFrame:
    """Return (bill, credit_kwh, CREDITED, is_credit_split): what partial credits take from each bill.

    A credit tells its registers when it fills all those of the bill, and they make its energy. It is written with its
    sign, or without: a correction between registers may add to one of them, and even take nothing in all.
    """
    rows = partial.join(bills.select("bill", *REGISTERS), on="bill").join(
        bills.select(pl.col("bill").alias("credit"), *REGISTERS), on="credit", suffix="_of_credit"
    )
    sign = pl.when(pl.col("credit_kwh") > 0).then(1.0).otherwise(-1.0)
    written = [f"{name}_of_credit" for name in REGISTERS]
    fills = pl.all_horizontal(
        pl.col(name).is_null() | pl.col(of_credit).is_not_null()
        for name, of_credit in zip(REGISTERS, written, strict=True)
    )
    makes = (pl.sum_horizontal(written) - pl.col("credit_kwh")).abs() <= SAME_KWH * pl.sum_horizontal(
        pl.col(name).is_not_null() for name in written
    )
    return rows.group_by("bill").agg(
        pl.col("credit_kwh").abs().sum(),
        *((sign * pl.col(of_credit).fill_null(0.0)).sum().alias(name)
          for name, of_credit in zip(CREDITED, written, strict=True)),
        is_credit_split=(fills & makes).all(),
    )  # fmt: skip


def _with_runs(bills: pl.DataFrame) -> pl.DataFrame:
    point = ["supplier", "prm"]
    gap = pl.col("consumption_start") - pl.col("consumption_end").shift(1)
    follows = gap.is_between(timedelta(0), timedelta(days=CONTIGUOUS_DAYS)) & (
        pl.col("reading").shift(1) == "estimated"
    )
    runs = (
        bills.filter(
            ~pl.col("is_cancelled")
            & pl.col("consumption_start").is_not_null()
            & pl.col("consumption_end").is_not_null()
        )
        .sort(*point, "consumption_end", "consumption_start", "bill")
        .with_columns((~follows.fill_null(False)).cum_sum().over(point).alias("run"))
        .with_columns(
            pl.col("consumption_start").min().over(*point, "run").alias("run_start"),
            pl.int_range(1, pl.len() + 1).over(*point, "run").alias("run_bills"),
            (pl.col("net_kwh").cum_sum().over(*point, "run") - pl.col("net_kwh")).alias("billed_before_kwh"),
        )
        .select("bill", "run_start", "run_bills", "billed_before_kwh")
    )
    joined = bills.join(runs, on="bill", how="left").with_columns(
        pl.coalesce("run_start", "consumption_start").alias("run_start"),
        pl.col("run_bills").fill_null(1),
        pl.col("billed_before_kwh").fill_null(0.0),
    )
    alone = (pl.col("net_kwh") < 0) & (pl.col("run_bills") == 1)
    return joined.with_columns(is_cancelled=pl.col("is_cancelled") | alone)
