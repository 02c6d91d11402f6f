"""The partitions of the assets, and which of them are to be computed."""

from collections.abc import Mapping
from datetime import date

import dagster as dg

from energy_pipeline import warehouse
from energy_pipeline.settings import Home

MONTHS = dg.MonthlyPartitionsDefinition(start_date="2017-04-01", timezone="Europe/Paris", end_offset=1)
"""Months of a period's last day. The law on collective self-consumption dates from 2017 (ordonnance 2016-1019)."""

_FIRST, _LAST = "dagster/asset_partition_range_start", "dagster/asset_partition_range_end"


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


def range_tags(first: str, last: str) -> dict[str, str]:
    """Return the tags of a single run over the partitions from one key to another."""
    return {_FIRST: first, _LAST: last}


def months_of(tags: Mapping[str, str]) -> tuple[date, ...]:
    """Return the months of a run that bears such tags, none for another run."""
    if _FIRST not in tags:
        return ()
    return tuple(map(month_of, MONTHS.get_partition_keys_in_range(dg.PartitionKeyRange(tags[_FIRST], tags[_LAST]))))
