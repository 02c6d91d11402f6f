"""Periods tile the calendar; working days agree with numpy's count over holidays typed by hand."""

from datetime import date, timedelta
from itertools import pairwise

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from energy_pipeline.periods.calendar import Period, period_of, timeline
from energy_pipeline.periods.working_days import add_working_days

DAYS = st.dates(date(2020, 1, 1), date(2030, 12, 31))
ANNIVERSARY_DAYS = st.integers(1, 31)
HOLIDAYS = [
    "2025-01-01", "2025-04-21", "2025-05-01", "2025-05-08", "2025-05-29", "2025-06-09", "2025-07-14", "2025-08-15",
    "2025-11-01", "2025-11-11", "2025-12-25", "2026-01-01", "2026-04-06", "2026-05-01", "2026-05-08", "2026-05-14",
    "2026-05-25", "2026-07-14", "2026-08-15", "2026-11-01", "2026-11-11", "2026-12-25",
]  # fmt: skip
LOCAL_HOLIDAYS = [*HOLIDAYS, "2025-04-18", "2025-12-26", "2026-04-03", "2026-12-26"]


@settings(deadline=None, max_examples=60)
@given(DAYS, ANNIVERSARY_DAYS)
def test_periods_tile_the_calendar(day, anniversary_day):
    period = period_of(day, anniversary_day)
    assert period.start <= day <= period.end
    assert 28 <= period.days <= 31
    assert period_of(period.anniversary, anniversary_day).start == period.anniversary
    assert period_of(period.start - timedelta(days=1), anniversary_day).end == period.start - timedelta(days=1)


@settings(deadline=None, max_examples=60)
@given(DAYS, ANNIVERSARY_DAYS, st.lists(st.integers(0, 30), min_size=1, max_size=6), st.integers(0, 5))
def test_a_timeline_has_neither_hole_nor_overlap_and_keeps_what_was_observed(day, anniversary_day, kept, ahead):
    observed: list[Period] = []
    start = period_of(day, anniversary_day).start
    for rank in range(31):
        period = period_of(start, anniversary_day)
        if rank in kept:
            observed.append(period)
        start = period.anniversary
    line = timeline(observed, anniversary_day, None, ahead)
    everything = [*line.known, *line.ahead]
    assert set(observed) <= set(line.known)
    assert all(after.start == before.anniversary for before, after in pairwise(everything))
    assert all(period == period_of(period.start, anniversary_day) for period in everything)
    assert len(line.ahead) == ahead


@settings(deadline=None, max_examples=60)
@given(
    st.dates(date(2025, 3, 1), date(2026, 10, 1)),
    st.integers(-30, 30).filter(bool),
    st.sampled_from([(False, HOLIDAYS), (True, LOCAL_HOLIDAYS)]),
)
def test_working_days_as_numpy_counts_them(day, count, law):
    local_law, holidays = law
    roll = "backward" if count > 0 else "forward"
    expected = np.busday_offset(np.datetime64(day), count, roll=roll, holidays=holidays).astype(date)
    assert add_working_days(day, count, local_law) == expected
