"""Checks of each bill: identity, periods, quantities, contract, regulated prices, plausibility, status."""

from datetime import date

import polars as pl

from energy_pipeline.bill_checks.families import CHECKS
from energy_pipeline.bill_checks.findings import bill_findings
from energy_pipeline.bill_checks.model import apply
from energy_pipeline.bill_checks.prepared import prepare
from energy_pipeline.bill_checks.pricing import priced
from energy_pipeline.tables import marts
from energy_pipeline.tables.schemas import empty

__all__ = ["bill_findings", "check_bills"]


def check_bills(
    details: pl.DataFrame, sites: pl.DataFrame, month: date, reconciled: pl.DataFrame | None = None
) -> pl.DataFrame:
    """Return `marts.bill_check`: every check of every detail that belongs to `month`.

    `details`: landing.invoice_row with `received_at` and `path`, latest version of each (`invoices.latest_details`), of
    all months: the past of a point and its later credits count. `sites`: marts.site. `reconciled`:
    marts.invoice_reconciliation of the month, which tells the participants and their physical consumption; without it,
    a bill that only collective self-consumption would explain is to review, or valid.
    """
    bills = prepare(details, sites, reconciled, month)
    return apply(priced(bills), CHECKS) if bills.height else empty(marts.BILL_CHECK)
