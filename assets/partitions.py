"""The partitions of the assets. Here belongs nothing but partition definitions."""

from datetime import date

import dagster as dg

MONTHS = dg.MonthlyPartitionsDefinition(start_date="2017-04-01", timezone="Europe/Paris", end_offset=1)
"""Months of a period's last day. The law on collective self-consumption dates from 2017 (ordonnance 2016-1019)."""


def key_of(month: date) -> str:
    """Return the partition key of a month."""
    return month.strftime("%Y-%m-%d")


def month_of(key: str) -> date:
    """Return the first day of the month that a partition key names."""
    return date.fromisoformat(key)
