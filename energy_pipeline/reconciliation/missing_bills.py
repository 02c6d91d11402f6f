"""`missing_bill`: sites of the supplier's list that it no longer bills, or never did, while it bills the others."""

from datetime import date, timedelta
from typing import Any

import polars as pl

from energy_pipeline import french
from energy_pipeline.invoices.details import plain
from energy_pipeline.reconciliation.finding import facts
from energy_pipeline.reconciliation.ledger import standing_bills

LATE_MONTHS = 2
"""A bill is late after the end of the month that follows its period (usual clause): two months later, it lacks."""
MOST_MONTHS = 12
LONGEST_MONTH = 31
ENOUGH_BILLS = 3
"""Bills that tell the rhythm of a site: the first may be of a few days, a correction of a year."""
LEFT = r"resili|inactif|ferme|sorti|clos"
DAY = timedelta(days=1)
POINT = ("supplier", "prm")


def missing_bill_facts(details: pl.DataFrame, sites: pl.DataFrame, month: date) -> pl.DataFrame:
    """Return a fact per site whose next bill lacks, in the month in which it shows.

    `details`: of `latest_details`, electricity, all months; `sites`: marts.site. A site's next bill is awaited for as
    many whole months after its last one, or after it came to the list, as its bills last (`rhythms`). A site is told
    once: in the first month, from two after the last of these, in which the supplier bills a site. Nothing is said of
    a site that the list does not hold then (or says to be closed), nor while the supplier bills no other site for the
    last of these months: its export is not there yet. A hole between two bills is `gap_consumption`, told when the
    later one comes.
    """
    bills = standing_bills(details).filter(~pl.col("is_cancelled") & pl.col("consumption_end").is_not_null())
    shows = bills.select("supplier", shown=pl.col("consumption_end").dt.truncate("1mo")).unique()
    last = bills.group_by(POINT).agg(pl.col("consumption_end").max().alias("billed_until"))
    listed = (
        sites.filter((pl.col("fluid") == "electricity") & pl.col("prm").is_not_null())
        .filter(~plain("status").fill_null("").str.contains(LEFT))
        .join(last, on=POINT, how="left")
        .with_columns(since=pl.coalesce(pl.col("billed_until") + DAY, "valid_from"))
        .filter(pl.col("since").is_not_null())
    )
    # The first month of which no day was billed: the month that begins on `since`, or the next one.
    first = (pl.col("since") - DAY).dt.truncate("1mo").dt.offset_by("1mo")
    awaited = (
        listed.join(rhythms(bills, listed), on=POINT)
        .with_columns(first=first)
        .with_columns(after=pl.col("first").dt.offset_by(pl.format("{}mo", "months")))
        .filter(pl.col("valid_to").is_null() | (pl.col("valid_to") >= pl.col("after")))
        .with_columns(late=pl.col("after").dt.offset_by(f"{LATE_MONTHS - 1}mo"))
    )
    told = (
        awaited.join(shows, on="supplier")
        .filter(pl.col("shown") >= pl.col("late"))
        .group_by(POINT)
        .agg(pl.col("shown").min())
        .filter(pl.col("shown") == month)
    )
    lacking = awaited.join(told, on=POINT, how="semi")
    covered = lacking.join_where(
        bills.select(pl.col("supplier").alias("billing"), "consumption_start", "consumption_end"),
        pl.col("supplier") == pl.col("billing"),
        pl.col("consumption_end") >= pl.col("after").dt.offset_by("-1mo"),
        pl.coalesce("consumption_start", "consumption_end") < pl.col("after"),
    )
    rows = lacking.join(covered, on=POINT, how="semi").sort("prm")
    return facts([_fact(row, month) for row in rows.iter_rows(named=True)])


def rhythms(bills: pl.DataFrame, sites: pl.DataFrame) -> pl.DataFrame:
    """Return (supplier, prm, months): how many months a bill of each of the sites lasts, 12 at most.

    `bills`: of `standing_bills`. It is the median of the site's own bills; of the supplier's bills where there are
    fewer than ENOUGH_BILLS, unless those that there are last longer.
    """
    days = (pl.col("consumption_end") - pl.col("consumption_start")).dt.total_days() + 1
    months = (days.median() / LONGEST_MONTH).ceil().clip(1, MOST_MONTHS).cast(pl.Int32)
    lasting = bills.filter(days > 0)
    own = lasting.group_by(POINT).agg(own=months, bills=pl.len())
    usual = lasting.group_by("supplier").agg(usual=months)
    joined = sites.select(POINT).unique().join(own, on=POINT, how="left").join(usual, on="supplier", how="left")
    is_told = (pl.col("bills") >= ENOUGH_BILLS).fill_null(False)
    rhythm = pl.when(is_told).then("own").otherwise(pl.max_horizontal("own", "usual"))
    return joined.select(*POINT, months=rhythm.fill_null(1))


def _fact(row: dict[str, Any], month: date) -> dict[str, object]:
    name = f" ({row['name']})" if row["name"] else ""
    before, last = row["billed_until"], row["after"] - DAY
    past = f"la dernière va jusqu'au {french.short_day(before)}" if before else "il n'y en a jamais eu"
    rhythm = f" ; il est facturé tous les {row['months']} mois" if row["months"] > 1 else ""
    return {
        "check_name": "missing_bill",
        "month": month,
        "supplier": row["supplier"],
        "prm": row["prm"],
        "period_start": row["first"],
        "period_end": last,
        "message": f"Site {row['prm']}{name}, dans la liste de {row['supplier']} : aucune facture "
        f"{french.short_period(row['first'], last)}, alors que d'autres sites sont facturés jusqu'en "
        f"{french.month(month)} ; {past}{rhythm}.",
    }
