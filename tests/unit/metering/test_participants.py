from datetime import date, datetime

from energy_pipeline.metering.participants import participants, role_unknown
from tests.unit.allocation.batch import PARIS, POOL, ROOF, SCHOOL, START, TOWN_HALL, Batch, row

JANUARY = date(2025, 1, 1)
AUGUST = (date(2025, 8, 1), date(2025, 8, 31))


def stays(batch):
    return [
        (prm, role, first, end)
        for prm, role, first, end in batch.marts()[1].select("prm", "role", "valid_from", "valid_to").iter_rows()
    ]


def test_the_end_of_time_is_no_end_and_a_dated_one_is():
    batch = Batch()
    batch.perimeter([(TOWN_HALL, JANUARY, date(9999, 12, 31)), (SCHOOL, JANUARY, date(2025, 9, 15))])
    batch.annexe2([("consumer", TOWN_HALL, None), ("consumer", SCHOOL, None)])
    assert stays(batch) == [
        (TOWN_HALL, "consumer", JANUARY, None),
        (SCHOOL, "consumer", JANUARY, date(2025, 9, 15)),
    ]


def test_several_stays_are_kept_and_overlapping_ones_are_one():
    batch = Batch()
    batch.perimeter(
        [
            (TOWN_HALL, JANUARY, date(2025, 3, 1)),
            (TOWN_HALL, date(2025, 6, 1), date(2025, 8, 1)),
            (TOWN_HALL, date(2025, 7, 1), None),
        ]
    )
    batch.annexe2([("consumer", TOWN_HALL, None)])
    assert stays(batch) == [
        (TOWN_HALL, "consumer", JANUARY, date(2025, 3, 1)),
        (TOWN_HALL, "consumer", date(2025, 6, 1), None),
    ]


def test_the_latest_perimeter_wins_whatever_the_order_of_the_rows():
    late, early = (datetime(2025, month, 8, tzinfo=PARIS) for month in (10, 9))
    batch = Batch()
    batch.perimeter([(TOWN_HALL, JANUARY, date(2025, 9, 20))], received_at=late)
    batch.perimeter([(TOWN_HALL, JANUARY, None)], received_at=early)
    batch.annexe2([("consumer", TOWN_HALL, None)])
    assert stays(batch) == [(TOWN_HALL, "consumer", JANUARY, date(2025, 9, 20))]


def test_a_prm_that_the_latest_perimeter_omits_left_at_the_start_of_that_period():
    batch = Batch()
    batch.file("curve", TOWN_HALL, "consumption", period=AUGUST, delivery="aout")
    batch.file("curve", TOWN_HALL, "consumption", delivery="septembre")
    everyone = [(TOWN_HALL, JANUARY, None), (SCHOOL, JANUARY, None)]
    batch.perimeter(everyone, delivery="aout")
    batch.perimeter(everyone[:1], delivery="septembre")
    batch.perimeter(everyone[:1], delivery="octobre")
    batch.annexe2([("consumer", TOWN_HALL, None), ("consumer", SCHOOL, None)])
    assert stays(batch) == [(TOWN_HALL, "consumer", JANUARY, None), (SCHOOL, "consumer", JANUARY, START)]


def test_a_perimeter_that_comes_back_unchanged_is_the_latest_again():
    batch = Batch()
    everyone = [(TOWN_HALL, JANUARY, None), (SCHOOL, JANUARY, None)]
    first = batch.perimeter(everyone, delivery="aout")
    batch.perimeter(everyone[:1], delivery="septembre")
    batch.file("perimeter", period=None, delivery="octobre")
    batch.files[-1] |= {"file_id": first, "status": "duplicate"}
    batch.annexe2([("consumer", TOWN_HALL, None), ("consumer", SCHOOL, None)])
    landed = batch.frames()
    loaded = landed["file"].filter(landed["file"]["status"] == "loaded").select("file_id", "received_at", "path")
    names = batch.rows["perimeter"][0].keys()
    perimeter = landed["perimeter"].select(names).unique().join(loaded, on="file_id")
    found = participants(perimeter, landed["participant"], landed["file"])
    assert found.select("prm", "valid_to").rows() == [(TOWN_HALL, None), (SCHOOL, None)]


def test_a_site_with_both_roles_has_two_rows():
    batch = Batch()
    batch.perimeter([(TOWN_HALL, JANUARY, None)])
    batch.annexe2([("consumer", TOWN_HALL, None), ("producer", TOWN_HALL, None)])
    assert [role for _, role, *_ in stays(batch)] == ["consumer", "producer"]


def test_without_annexe_2_the_series_tell_the_role():
    batch = Batch()
    batch.perimeter([(SCHOOL, JANUARY, None), (ROOF, JANUARY, None)])
    batch.file("curve", SCHOOL, "complement")
    batch.file("curve", ROOF, "surplus")
    found = batch.marts()[1]
    assert row(found, prm=SCHOOL)["role"] == "consumer"
    assert (row(found, prm=ROOF)["role"], row(found, prm=ROOF)["role_source"]) == ("producer", "curves")


def test_without_perimeter_everyone_stays_from_the_first_period_on():
    batch = Batch()
    batch.file("curve", SCHOOL, "consumption", period=AUGUST)
    batch.file("curve", SCHOOL, "consumption")
    batch.annexe2([("producer", ROOF, None)])
    assert stays(batch) == [(SCHOOL, "consumer", AUGUST[0], None), (ROOF, "producer", AUGUST[0], None)]


def test_a_prm_without_role_has_no_row_and_is_told_apart():
    batch = Batch()
    batch.perimeter([(SCHOOL, JANUARY, None), (POOL, JANUARY, None)])
    batch.annexe2([("consumer", SCHOOL, None)])
    landed = batch.frames()
    found = batch.marts()[1]
    assert found["prm"].to_list() == [SCHOOL]
    assert role_unknown(landed["perimeter"], found, landed["file"])["prm"].to_list() == [POOL]
