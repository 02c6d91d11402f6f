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
LEFT = r"resili|inactif|ferme|sorti|clos"
DAY = timedelta(days=1)


def missing_bill_facts(details: pl.DataFrame, sites: pl.DataFrame, month: date) -> pl.DataFrame:
    """Return a fact per site whose bill of the month two months before `month` lacks, in the month in which it shows.

    `details`: of `latest_details`, electricity, all months; `sites`: marts.site. A site is told once: in the first
    month after its last bill, or after it came to the list. Nothing is said of a site that the list does not hold then
    (or says to be closed), nor while the supplier bills no other site in both months: its export is not there yet. A
    hole between two bills is `gap_consumption`, told when the later one comes.
    """
    first = _months_before(month, LATE_MONTHS)
    after = _months_before(month, LATE_MONTHS - 1)
    bills = standing_bills(details).filter(~pl.col("is_cancelled") & pl.col("consumption_end").is_not_null())
    billing = [
        bills.filter(pl.col("consumption_end").dt.truncate("1mo") == wanted)["supplier"].unique()
        for wanted in (first, month)
    ]
    last = bills.group_by("supplier", "prm").agg(pl.col("consumption_end").max().alias("billed_until"))
    listed = (
        sites.filter((pl.col("fluid") == "electricity") & pl.col("prm").is_not_null())
        .filter(pl.col("supplier").is_in(billing[0].implode()) & pl.col("supplier").is_in(billing[1].implode()))
        .filter((pl.col("valid_to").is_null() | (pl.col("valid_to") >= after))
                & ~plain("status").fill_null("").str.contains(LEFT))
        .join(last, on=["supplier", "prm"], how="left")
        .with_columns(since=pl.coalesce(pl.col("billed_until") + DAY, "valid_from"))
    )  # fmt: skip
    # The first month of which no day was billed: the month that begins on `since`, or the next one.
    lacking = listed.filter((pl.col("since") - DAY).dt.truncate("1mo").dt.offset_by("1mo") == first).sort("prm")
    return facts([_fact(row, first, after - DAY, month) for row in lacking.iter_rows(named=True)])


def _months_before(month: date, count: int) -> date:
    rank = month.year * 12 + month.month - 1 - count
    return date(rank // 12, rank % 12 + 1, 1)


def _fact(row: dict[str, Any], first: date, last: date, month: date) -> dict[str, object]:
    name = f" ({row['name']})" if row["name"] else ""
    before = row["billed_until"]
    past = f"la dernière va jusqu'au {french.short_day(before)}" if before else "il n'y en a jamais eu"
    return {
        "check_name": "missing_bill",
        "month": month,
        "supplier": row["supplier"],
        "prm": row["prm"],
        "period_start": first,
        "period_end": last,
        "message": f"Site {row['prm']}{name}, dans la liste de {row['supplier']} : aucune facture "
        f"{french.short_period(first, last)}, alors que d'autres sites sont facturés jusqu'en {french.month(month)} ; "
        f"{past}.",
    }
