"""Life of the perimeter: what must alarm, and what must not."""

import json
from decimal import Decimal

import polars as pl
import pytest

from energy_pipeline.reconciliation.finding import catalogue
from energy_pipeline.reconciliation.perimeter import perimeter_issues
from energy_pipeline.tables import landing, schemas
from tests.unit.status.frames import (
    ACC,
    HALL,
    ROOF,
    SCHOOL,
    at,
    declared,
    line,
    operations,
    participants,
    perimeter,
    periods,
    stay,
)

OTHER = "ACC00000002"
POOL = "30001000000003"
OCTOBER = ("2025-10-01", "2025-10-31")
NOVEMBER = ("2025-11-01", "2025-11-30")
PAIR = (stay(SCHOOL, "consumer", "2025-01-01"), stay(ROOF, "producer", "2025-01-01"))
TOLD = (line(2, "2025-01-02", SCHOOL), line(3, "2025-01-02", ROOF, "producer"))
STATIC = operations({"key_type": "static"})


def issues(
    stays: tuple[dict[str, object], ...],
    told: tuple[dict[str, object], ...],
    *months: tuple[str, str],
    listed: pl.DataFrame | None = None,
    about: pl.DataFrame = STATIC,
) -> list[tuple[str, str | None]]:
    return issue_rows(stays, told, *months, listed=listed, about=about).select("check_name", "prm").rows()


def issue_rows(
    stays: tuple[dict[str, object], ...],
    told: tuple[dict[str, object], ...],
    *months: tuple[str, str],
    listed: pl.DataFrame | None = None,
    about: pl.DataFrame = STATIC,
) -> pl.DataFrame:
    known = perimeter(*{str(row["prm"]) for row in stays}) if listed is None else listed
    return perimeter_issues(about, participants(*stays), declared(*told), known, periods(*months or (OCTOBER,)))


def test_annexe_2_and_perimeter_that_agree_raise_nothing():
    assert issues(PAIR, TOLD, OCTOBER, NOVEMBER) == []


def test_declared_long_ago_and_never_in_the_perimeter():
    rows = issue_rows(PAIR, (*TOLD, line(4, "2025-01-02", HALL)))
    assert rows.select("check_name", "prm", "role").row(0) == ("declared_not_in_perimeter", HALL, "consumer")
    assert json.loads(rows["evidence"][0]) == [{"file": "annexe2/20250102_ANNEXE2.12.csv", "line": 4}]
    assert HALL in rows["message"][0]
    assert "02/01/2025" in rows["message"][0]


@pytest.mark.parametrize(
    ("asked_on", "alarms"),
    [
        # 15 working days before Wednesday 01/10/2025: 30 29 26 25 24 | 23 22 19 18 17 | 16 15 12 11 10 September.
        ("2025-09-10", True),
        ("2025-09-11", False),
        ("2025-11-15", False),
    ],
)
def test_someone_declared_before_its_entry_date_is_no_alarm(asked_on, alarms):
    again = tuple(
        row | {"file_id": f"a{asked_on}", "declared_on": line(1, asked_on, None)["declared_on"]} for row in TOLD
    )
    told = (*TOLD, *again, line(4, asked_on, HALL))
    assert issues(PAIR, told) == ([("declared_not_in_perimeter", HALL)] if alarms else [])


def test_a_perimeter_known_to_enter_later_is_no_alarm():
    assert issues((*PAIR, stay(HALL, "consumer", "2025-11-10")), (*TOLD, line(4, "2025-01-02", HALL))) == []


def test_a_perimeter_older_than_the_request_proves_nothing():
    told = (*TOLD, line(4, "2025-01-02", HALL))
    assert issues(PAIR, told, listed=perimeter(SCHOOL, ROOF, received="2025-01-10")) == []


def test_without_any_perimeter_or_annexe_2_nothing_can_differ():
    nothing = schemas.empty(landing.PERIMETER).with_columns(received_at=pl.lit(at("2025-01-01")), path=pl.lit("p"))
    assert issues(PAIR, (*TOLD, line(4, "2025-01-02", HALL)), listed=nothing) == []
    assert issues((*PAIR, stay(HALL, "consumer", "2025-01-01")), ()) == []


def test_a_static_key_of_a_prm_outside_the_perimeter_is_one_finding_of_its_own():
    rows = issue_rows(PAIR, (*TOLD, line(4, "2025-01-02", HALL, share=Decimal("0.125"))))
    assert rows.select("check_name", "prm", "expected", "observed").row(0) == (
        "key_outside_perimeter",
        HALL,
        0.0,
        0.125,
    )
    assert rows.height == 1
    assert "12,5" in rows["message"][0]


def test_shares_written_under_dynamic_keys_are_not_keys():
    told = (*TOLD, line(4, "2025-01-02", HALL, share=Decimal("0.125")))
    assert issues(PAIR, told, about=operations({"key_type": "dynamic"})) == [("declared_not_in_perimeter", HALL)]


def test_a_leaver_still_in_an_older_annexe_2_is_no_alarm():
    stays = (*PAIR, stay(HALL, "consumer", "2025-01-01", "2025-10-20"))
    told = (*TOLD, line(4, "2025-01-02", HALL, share=Decimal("0.3")))
    assert issues(stays, told, OCTOBER, NOVEMBER) == []


def test_a_key_given_again_to_a_leaver_is_an_alarm():
    stays = (*PAIR, stay(HALL, "consumer", "2025-01-01", "2025-09-01"))
    again = (
        line(2, "2025-09-08", SCHOOL, share=Decimal("0.7")),
        line(3, "2025-09-08", HALL, share=Decimal("0.3")),
        line(4, "2025-09-08", ROOF, "producer"),
    )
    rows = issue_rows(stays, (*TOLD, *again))
    assert rows.select("check_name", "prm").rows() == [("key_outside_perimeter", HALL)]
    assert "01/09/2025" in rows["message"][0]


def test_in_the_perimeter_and_in_no_annexe_2():
    assert issues((*PAIR, stay(HALL, "consumer", "2025-01-01")), TOLD) == [("perimeter_not_declared", HALL)]


@pytest.mark.parametrize(("withdrawn_on", "months"), [("2025-09-08", [10, 11]), ("2025-09-22", [11])])
def test_withdrawn_from_annexe_2_it_may_stay_until_the_notice_has_run(withdrawn_on, months):
    stays = (*PAIR, stay(HALL, "consumer", "2025-01-01"))
    told = (
        *TOLD, line(4, "2025-01-02", HALL), line(2, withdrawn_on, SCHOOL), line(3, withdrawn_on, ROOF, "producer"),
    )  # fmt: skip
    rows = issue_rows(stays, told, OCTOBER, NOVEMBER)
    assert rows.select("check_name", pl.col("period_start").dt.month()).rows() == [
        ("perimeter_not_declared", month) for month in months
    ]


def test_a_withdrawn_participant_whose_exit_is_known_is_no_alarm():
    stays = (*PAIR, stay(HALL, "consumer", "2025-01-01", "2025-10-20"))
    told = (*TOLD, line(4, "2025-01-02", HALL), line(2, "2025-09-01", SCHOOL), line(3, "2025-09-01", ROOF, "producer"))
    assert issues(stays, told) == []


def test_declared_later_or_by_its_connection_request_is_declared():
    stays = (*PAIR, stay(HALL, "consumer", "2025-01-01"))
    later = (*TOLD, line(2, "2025-12-01", SCHOOL), line(3, "2025-12-01", HALL), line(4, "2025-12-01", ROOF, "producer"))
    assert issues(stays, later) == []
    assert issues(stays, (*TOLD, line(4, "2025-01-02", None))) == []


def test_a_role_that_annexe_2_does_not_give():
    told = (line(2, "2025-01-02", SCHOOL, "producer"), line(3, "2025-01-02", ROOF, "producer"))
    rows = issue_rows(PAIR, told)
    assert rows.select("check_name", "prm", "role").rows() == [("role_differs", SCHOOL, "consumer")]
    assert "producteur ; il est compté consommateur" in rows["message"][0]


def test_storage_with_both_roles_is_no_alarm():
    stays = (*PAIR, stay(POOL, "consumer", "2025-01-01"), stay(POOL, "producer", "2025-01-01"))
    both = (*TOLD, line(4, "2025-01-02", POOL), line(5, "2025-01-02", POOL, "producer"))
    assert issues(stays, both) == []


def test_a_prm_in_two_operations_on_the_same_days():
    stays = (*PAIR, stay(SCHOOL, "consumer", "2025-10-20", operation_id=OTHER))
    rows = perimeter_issues(
        operations(), participants(*stays), declared(), perimeter(),
        pl.concat([periods(("2025-09-01", "2025-09-30"), OCTOBER), periods(OCTOBER, operation_id=OTHER)]),
    )  # fmt: skip
    assert rows.select("check_name", "operation_id", "prm", pl.col("period_start").dt.month()).rows() == [
        ("prm_in_two_operations", ACC, SCHOOL, 10),
        ("prm_in_two_operations", OTHER, SCHOOL, 10),
    ]
    assert OTHER in rows["message"][0]
    assert "20/10/2025" in rows["message"][0]


def test_from_one_operation_to_the_next_without_a_common_day():
    stays = (
        stay(SCHOOL, "consumer", "2025-01-01", "2025-10-15"), stay(HALL, "consumer", "2025-01-01"),
        stay(ROOF, "producer", "2025-01-01"), stay(SCHOOL, "consumer", "2025-10-15", operation_id=OTHER),
    )  # fmt: skip
    assert issues(stays, ()) == []


def test_the_only_producer_leaves():
    stays = (stay(SCHOOL, "consumer", "2025-01-01"), stay(ROOF, "producer", "2025-01-01", "2025-10-20"))
    rows = issue_rows(stays, (), ("2025-09-01", "2025-09-30"), OCTOBER, NOVEMBER)
    assert rows.select("check_name", pl.col("period_start").dt.month()).rows() == [
        ("one_side_left", 10), ("one_side_left", 11),
    ]  # fmt: skip
    assert "Plus aucun producteur dans l'opération au 20/10/2025" in rows["message"][0]
    assert "01/11/2025" in rows["message"][1]


def test_one_side_for_some_days_only():
    stays = (
        stay(SCHOOL, "consumer", "2025-01-01", "2025-10-06"), stay(SCHOOL, "consumer", "2025-10-20"),
        stay(ROOF, "producer", "2025-01-01"),
    )  # fmt: skip
    rows = issue_rows(stays, (), OCTOBER, NOVEMBER)
    assert rows.select("check_name", pl.col("period_start").dt.month()).rows() == [("one_side_left", 10)]
    assert "consommateur" in rows["message"][0]


@pytest.mark.parametrize(
    "stays",
    [
        # The producer has a successor on the same day.
        (*PAIR[:1], stay(ROOF, "producer", "2025-01-01", "2025-10-20"), stay(POOL, "producer", "2025-10-20")),
        # One of two consumers leaves.
        (*PAIR, stay(HALL, "consumer", "2025-01-01", "2025-10-20")),
        # The operation ends: nobody is left.
        (stay(SCHOOL, "consumer", "2025-01-01", "2025-10-20"), stay(ROOF, "producer", "2025-01-01", "2025-10-20")),
        # Never had a producer that we know of: roles may be unknown.
        (stay(SCHOOL, "consumer", "2025-01-01"), stay(HALL, "consumer", "2025-01-01", "2025-10-20")),
        # The producer comes after the consumers.
        (stay(SCHOOL, "consumer", "2025-01-01"), stay(ROOF, "producer", "2025-10-20")),
    ],
)
def test_an_operation_that_keeps_both_sides_or_none_is_no_alarm(stays):
    assert issues(stays, (), OCTOBER, NOVEMBER) == []


def test_every_check_is_in_the_catalogue():
    names = {
        "declared_not_in_perimeter", "key_outside_perimeter", "perimeter_not_declared", "role_differs",
        "prm_in_two_operations", "one_side_left",
    }  # fmt: skip
    assert names <= set(catalogue())
