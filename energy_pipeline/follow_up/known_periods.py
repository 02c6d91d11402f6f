"""The periods of the operations on the calendar: those that files bound, the holes between them, those that follow."""

from collections import defaultdict

import polars as pl

from energy_pipeline.metering.periods import all_periods
from energy_pipeline.periods.calendar import Period, Timeline, timeline

PERIOD = {"operation_id": pl.String(), "period_start": pl.Date(), "period_end": pl.Date()}


def timelines(operations: pl.DataFrame, files: pl.DataFrame, ahead: int = 0) -> dict[str, Timeline]:
    """Return the timeline of each operation. `operations`: marts.operation; `files`: landing.file."""
    observed: dict[str, list[Period]] = defaultdict(list)
    for operation_id, start, end in all_periods(files).iter_rows():
        observed[operation_id].append(Period(start, end))
    return {
        operation_id: timeline(observed[operation_id], day, start_date, ahead)
        for operation_id, day, start_date in operations.select(
            "operation_id", "anniversary_day", "start_date"
        ).iter_rows()
    }


def known_periods(operations: pl.DataFrame, files: pl.DataFrame) -> pl.DataFrame:
    """Return (operation_id, period_start, period_end): periods that files bound, and those missing between two."""
    rows = [
        (operation_id, period.start, period.end)
        for operation_id, line in timelines(operations, files).items()
        for period in line.known
    ]
    return pl.DataFrame(rows, schema=PERIOD, orient="row").sort("operation_id", "period_start", "period_end")
