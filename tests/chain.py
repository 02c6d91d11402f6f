"""The chain from files to findings in this process: the assets' own functions, without a Dagster run or a report."""

from dataclasses import dataclass
from pathlib import Path

import dagster as dg
import polars as pl

from assets.allocation import allocation
from assets.invoices import invoices
from assets.landing import files
from assets.metering import perimeter
from assets.partitions import key_of
from assets.reconciliation import findings
from assets.resources import Installation, Warehouse
from energy_pipeline import warehouse


@dataclass(frozen=True)
class Judged:
    """What a chain gives: marts.finding, marts.bill_check and landing.file."""

    finding: pl.DataFrame
    bill_check: pl.DataFrame
    file: pl.DataFrame


def judge(inbox: Path, home: Path) -> Judged:
    """Land the inbox, recompute the split, read, reconcile and check the bills of all the months that it touches."""
    installation = Installation(inbox=str(inbox), home=str(home))
    database = Warehouse(database=str(installation.home_folders().warehouse))
    instance = dg.DagsterInstance.ephemeral()
    files(dg.build_asset_context(instance=instance), installation=installation, database=database)
    perimeter(database=database)
    invoices(database=database)
    with database.get_connection() as connection:
        months = warehouse.query(connection, "SELECT month FROM landing.pending_month ORDER BY month")[
            "month"
        ].to_list()
    for asset in (allocation, findings):
        for month in months:
            asset(dg.build_asset_context(partition_key=key_of(month), instance=instance), database=database)
    with database.get_connection() as connection:
        return Judged(
            *(warehouse.query(connection, f"FROM {name}")
              for name in ("marts.finding", "marts.bill_check", "landing.file"))
        )  # fmt: skip
