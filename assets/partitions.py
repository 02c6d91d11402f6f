"""The partitions of the assets, and which of them are to be computed."""

from collections.abc import Mapping, Sequence
from datetime import date

import dagster as dg

from energy_pipeline import warehouse
from energy_pipeline.settings import Home

MONTHS = dg.MonthlyPartitionsDefinition(start_date="2017-04-01", timezone="Europe/Paris", end_offset=1)
"""Months of a period's last day. The law on collective self-consumption dates from 2017 (ordonnance 2016-1019)."""

_FIRST, _LAST = "dagster/asset_partition_range_start", "dagster/asset_partition_range_end"
_ONLY = "energy-pipeline/months"


def key_of(month: date) -> str:
    """Return the partition key of a month."""
    return month.strftime("%Y-%m-%d")


def month_of(key: str) -> date:
    """Return the first day of the month that a partition key names."""
    return date.fromisoformat(key)


def months_to_compute(home: Home) -> list[date]:
    """Return the months that landings left to recompute, among those that are partitions. Raises WarehouseError."""
    with warehouse.connect(home.warehouse, read_only=True) as connection:
        months = warehouse.query(connection, "SELECT month FROM landing.pending_month ORDER BY month")["month"]
    return [month for month in months if MONTHS.has_partition_key(key_of(month))]


def months_tags(months: Sequence[date]) -> dict[str, str]:
    """Return the tags of a single run over these months, in order. Those that lie between them are left alone."""
    named = ",".join(f"{month:%Y-%m}" for month in months)
    return {_FIRST: key_of(months[0]), _LAST: key_of(months[-1]), _ONLY: named}


def months_of(tags: Mapping[str, str]) -> tuple[date, ...]:
    """Return the months of a run that bears such tags, none for another run."""
    if _FIRST not in tags:
        return ()
    keys = MONTHS.get_partition_keys_in_range(dg.PartitionKeyRange(tags[_FIRST], tags[_LAST]))
    only = tags[_ONLY].split(",") if _ONLY in tags else [f"{month_of(key):%Y-%m}" for key in keys]
    return tuple(month for month in map(month_of, keys) if f"{month:%Y-%m}" in only)


def months_of_run(context: dg.AssetExecutionContext) -> tuple[date, ...]:
    """Return the months that an asset is to compute in a run, whoever started it."""
    months = tuple(map(month_of, context.partition_keys))
    return months if len(months) == 1 else months_of(context.run.tags) or months
