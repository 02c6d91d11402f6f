from datetime import date

from energy_pipeline.metering.periods import all_periods, operation_periods, outvoted
from tests.unit.allocation.batch import END, OPERATION, POOL, SCHOOL, START, TOWN_HALL, Batch


def periods(batch):
    return all_periods(batch.frames()["file"]).select("period_start", "period_end").rows()


def test_a_period_inside_a_longer_one_is_a_correction_and_not_a_period():
    batch = Batch()
    batch.file("curve")
    batch.file("energy", period=(START, date(2025, 9, 10)))
    batch.file("synthesis", period=(date(2025, 10, 1), date(2025, 10, 31)))
    assert periods(batch) == [(START, END), (date(2025, 10, 1), date(2025, 10, 31))]


LONG = (START, date(2025, 10, 31))


def test_one_file_named_two_months_does_not_stretch_the_month_of_all_the_others():
    batch = Batch()
    for prm in (TOWN_HALL, SCHOOL, POOL):
        batch.file("curve", prm, "consumption")
    batch.file("curve", POOL, "complement", period=LONG)
    assert periods(batch) == [(START, END)]
    assert outvoted(batch.frames()["file"]).rows() == [(OPERATION, *LONG, START, END)]
    batch.file("curve", SCHOOL, "complement", period=LONG)  # two points of three: both months were sent at once
    assert periods(batch) == [LONG]
    assert outvoted(batch.frames()["file"]).is_empty()


def test_a_history_of_a_year_does_not_swallow_the_periods():
    batch = Batch()
    batch.file("curve", period=(date(2025, 1, 1), date(2025, 12, 31)))
    batch.file("curve")
    assert periods(batch) == [(START, END)]


def test_key_files_and_refused_files_bound_no_period():
    batch = Batch()
    batch.file("dynamic_keys")
    batch.file("curve")
    batch.files[-1]["status"] = "quarantined"
    assert periods(batch) == []


def test_a_period_belongs_to_the_month_of_its_last_day():
    batch = Batch()
    batch.file("curve", period=(date(2025, 9, 15), date(2025, 10, 14)))
    files = batch.frames()["file"]
    assert operation_periods(files, date(2025, 9, 1)).height == 0
    assert operation_periods(files, date(2025, 10, 1)).height == 1
