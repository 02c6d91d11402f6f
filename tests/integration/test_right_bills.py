"""Bills of other months and seeds: what is sown is found, and right bills give no finding, whatever rates change.

The demo's writer shares no code with the checks: its rates are its own, typed from the same grids.
"""

from datetime import date
from pathlib import Path

import polars as pl
import pytest

from energy_pipeline.demo.generate import generate
from tests.chain import judge

KEYS = ("check_name", "operation_id", "prm", "period_start", "invoice_number")


@pytest.mark.parametrize(
    ("seed", "first"),
    [
        (99, date(2024, 12, 1)),  # TURPE and accise of 1 February 2025
        (7, date(2025, 6, 1)),  # TURPE, accise and VAT of 1 August 2025
        (31, date(2026, 1, 1)),  # accise and CTA of 1 February 2026, summer time of 29 March
    ],
)
def test_only_what_is_sown_is_found(tmp_path: Path, seed: int, first: date):
    inbox = tmp_path / "inbox"
    generate(inbox, operations=3, consumers=3, producers=1, months=3, first=first, seed=seed)
    made = judge(inbox, tmp_path / "home")
    sown = pl.read_csv(tmp_path / "inbox_anomalies.csv", separator=";", infer_schema=False).select(KEYS)
    found = made.finding.select(pl.col(KEYS).cast(pl.String)).fill_null("")
    assert found.sort(KEYS).rows() == sown.fill_null("").sort(KEYS).rows()
    prices = made.bill_check.filter(family="price")["decision"].value_counts()
    assert dict(prices.rows())["valid"] > 100
