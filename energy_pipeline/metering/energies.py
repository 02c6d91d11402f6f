"""Energies that Enedis published for a participant over a period, its time slots summed."""

from collections import defaultdict
from datetime import date

import polars as pl

Totals = dict[tuple[str, str], float]
"""By (PRM, series), in kWh."""


def by_operation(energy: pl.DataFrame) -> dict[str, dict[tuple[date, date], Totals]]:
    """Return the energies of the latest file of each series, by operation, then by first and last day.

    `energy`: landing.energy with `received_at`. A file in which a slot has no value is left out.
    """
    key = ["operation_id", "period_start", "period_end", "prm", "series"]
    rows = (
        energy.filter(pl.col("prm").is_not_null())
        .group_by(*key, "received_at", "file_id")
        .agg(pl.col("energy_kwh").sum(), pl.col("energy_kwh").null_count().alias("unknown"))
        .sort("received_at", "file_id")
        .unique(key, keep="last")
        .filter(pl.col("unknown") == 0)
    )
    found: dict[str, dict[tuple[date, date], Totals]] = defaultdict(lambda: defaultdict(dict))
    for operation_id, start, end, prm, series, kwh in rows.select(*key, "energy_kwh").iter_rows():
        found[operation_id][start, end][prm, series] = kwh
    return found
