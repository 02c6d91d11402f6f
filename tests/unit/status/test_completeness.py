"""The matrix of expected files, cell by cell."""

import polars as pl
import pytest

from energy_pipeline.follow_up import completeness, known_periods
from tests.unit.status.frames import (
    ACC,
    HALL,
    ROOF,
    SCHOOL,
    day,
    file,
    files,
    operations,
    participants,
    periods,
    stay,
)

OCTOBER = ("2025-10-01", "2025-10-31")
NOVEMBER = ("2025-11-01", "2025-11-30")
EVERYONE = (stay(SCHOOL, "consumer", "2025-01-01"), stay(ROOF, "producer", "2025-01-01"))
BOTH_CURVES = (
    file("curve", *OCTOBER, SCHOOL, "consumption"),
    file("curve", *OCTOBER, ROOF, "production"),
)  # fmt: skip


def cells(made: pl.DataFrame, period: tuple[str, str] = OCTOBER) -> dict[tuple[str | None, str, str | None], str]:
    rows = made.filter(pl.col("period_start") == day(period[0]))
    return {(prm, kind, series): status for prm, kind, series, status in
            rows.select("prm", "kind", "series", "status").iter_rows()}  # fmt: skip


def test_an_operation_that_only_gets_measures_is_not_blamed_for_the_rest():
    made = completeness(operations(), participants(*EVERYONE), periods(OCTOBER), files(*BOTH_CURVES))
    found = cells(made)
    assert found.pop((SCHOOL, "curve", "consumption")) == "received"
    assert found.pop((ROOF, "curve", "production")) == "received"
    assert set(found.values()) == {"not_expected"}
    # 3 curves and 3 energies each, the producer's detail, 3 files of the operation.
    assert made.height == 6 + 7 + 3
    assert made["month"].unique().to_list() == [day("2025-10-01")]


def test_what_was_received_once_is_expected_of_everyone_in_each_period():
    made = completeness(
        operations(),
        participants(*EVERYONE, stay(HALL, "consumer", "2025-01-01")),
        periods(OCTOBER, NOVEMBER),
        files(*BOTH_CURVES, file("curve", *OCTOBER, SCHOOL, "complement"), file("synthesis", *OCTOBER)),
    )
    october, november = cells(made), cells(made, NOVEMBER)
    assert october[HALL, "curve", "consumption"] == "missing"
    assert october[HALL, "curve", "complement"] == "missing"
    assert october[SCHOOL, "curve", "complement"] == "received"
    assert october[SCHOOL, "curve", "self_consumption"] == "not_expected"
    assert october[None, "synthesis", None] == "received"
    assert november[SCHOOL, "curve", "complement"] == "missing"
    assert november[ROOF, "curve", "production"] == "missing"
    assert november[None, "synthesis", None] == "missing"
    assert november[None, "perimeter", None] == "not_expected"


def test_a_refused_file_is_not_missing_until_it_is_fixed():
    refused = file("curve", *OCTOBER, HALL, "consumption", status="quarantined")
    stays = participants(*EVERYONE, stay(HALL, "consumer", "2025-01-01"))
    made = completeness(operations(), stays, periods(OCTOBER), files(*BOTH_CURVES, refused))
    row = made.filter((pl.col("prm") == HALL) & (pl.col("series") == "consumption") & (pl.col("kind") == "curve"))
    assert row.select("status", "path").row(0) == ("quarantined", refused["path"])
    fixed = file("curve", *OCTOBER, HALL, "consumption", received="2025-11-09")
    made = completeness(operations(), stays, periods(OCTOBER), files(*BOTH_CURVES, refused, fixed))
    row = made.filter((pl.col("prm") == HALL) & (pl.col("series") == "consumption") & (pl.col("kind") == "curve"))
    assert row.select("status", "path").row(0) == ("received", fixed["path"])


def test_the_file_that_counts_is_the_one_received_last():
    old = file("curve", *OCTOBER, SCHOOL, "consumption", received="2025-11-08", status="superseded")
    new = file("curve", *OCTOBER, SCHOOL, "consumption", received="2025-11-20")
    again = file("curve", *OCTOBER, SCHOOL, "consumption", received="2025-11-25", status="duplicate")
    made = completeness(operations(), participants(*EVERYONE), periods(OCTOBER), files(new, old, again))
    row = made.filter((pl.col("series") == "consumption") & (pl.col("kind") == "curve"))
    assert row["path"].to_list() == [new["path"]]


def test_leavers_and_joiners_are_expected_while_present():
    stays = participants(
        stay(SCHOOL, "consumer", "2025-01-01", "2025-10-20"),
        stay(HALL, "consumer", "2025-11-10"),
        stay(ROOF, "producer", "2025-01-01"),
    )
    half = file("curve", "2025-10-01", "2025-10-19", SCHOOL, "consumption")
    late = file("curve", "2025-11-10", "2025-11-30", HALL, "consumption")
    made = completeness(operations(), stays, periods(OCTOBER, NOVEMBER), files(half, late))
    assert cells(made)[SCHOOL, "curve", "consumption"] == "received"
    assert (HALL, "curve", "consumption") not in cells(made)
    assert (SCHOOL, "curve", "consumption") not in cells(made, NOVEMBER)
    assert cells(made, NOVEMBER)[HALL, "curve", "consumption"] == "received"


def test_a_file_of_a_few_days_is_not_that_of_the_period():
    few = file("curve", "2025-10-01", "2025-10-10", SCHOOL, "consumption")
    made = completeness(operations(), participants(*EVERYONE), periods(OCTOBER), files(few))
    assert cells(made)[SCHOOL, "curve", "consumption"] == "missing"


def test_a_participant_with_both_roles_has_both_rows():
    stays = participants(stay(SCHOOL, "consumer", "2025-01-01"), stay(SCHOOL, "producer", "2025-01-01"))
    given = files(file("curve", *OCTOBER, SCHOOL, "consumption"))
    made = completeness(operations(), stays, periods(OCTOBER), given)
    assert cells(made)[SCHOOL, "curve", "consumption"] == "received"
    assert cells(made)[SCHOOL, "curve", "production"] == "missing"


@pytest.mark.parametrize(
    ("key_type", "expected"),
    [("dynamic", "missing"), ("full_dynamic", "not_expected"), ("static", "not_expected"), (None, "not_expected")],
)
def test_dynamic_keys_are_expected_of_simple_dynamic_operations(key_type, expected):
    made = completeness(
        operations({"key_type": key_type}), participants(*EVERYONE), periods(OCTOBER), files(*BOTH_CURVES)
    )
    assert cells(made)[None, "dynamic_keys", None] == expected


def test_dynamic_keys_that_were_sent_are_received():
    given = files(*BOTH_CURVES, file("dynamic_keys", *OCTOBER))
    made = completeness(operations({"key_type": "dynamic"}), participants(*EVERYONE), periods(OCTOBER), given)
    assert cells(made)[None, "dynamic_keys", None] == "received"


def test_a_perimeter_belongs_to_the_periods_of_its_delivery():
    given = files(
        file("curve", *OCTOBER, SCHOOL, "consumption", delivery="october"),
        file("perimeter", delivery="october"),
        file("curve", *NOVEMBER, SCHOOL, "consumption", delivery="november"),
    )
    made = completeness(operations(), participants(*EVERYONE), periods(OCTOBER, NOVEMBER), given)
    assert cells(made)[None, "perimeter", None] == "received"
    assert cells(made, NOVEMBER)[None, "perimeter", None] == "missing"


@pytest.mark.parametrize("status", ["duplicate", "superseded"])
def test_an_unchanged_perimeter_counts_in_each_delivery(status):
    given = files(
        file("curve", *OCTOBER, SCHOOL, "consumption", delivery="october"),
        file("perimeter", delivery="october", status=status),
        file("curve", *NOVEMBER, SCHOOL, "consumption", delivery="november"),
        file("perimeter", delivery="november"),
    )
    made = completeness(operations(), participants(*EVERYONE), periods(OCTOBER, NOVEMBER), given)
    assert cells(made)[None, "perimeter", None] == "received"
    assert cells(made, NOVEMBER)[None, "perimeter", None] == "received"


def test_files_of_another_operation_or_of_none_do_not_count():
    given = files(
        file("curve", *OCTOBER, SCHOOL, "consumption", operation_id="ACC00000002"),
        file("curve", *OCTOBER, SCHOOL, "consumption", operation_id=None),
    )
    made = completeness(operations(), participants(*EVERYONE), periods(OCTOBER), given)
    assert cells(made)[SCHOOL, "curve", "consumption"] == "missing"


def test_nothing_known_gives_no_row():
    assert completeness(operations(), participants(), periods(), files()).is_empty()


def test_known_periods_fill_the_hole_between_two():
    given = files(
        file("curve", "2025-09-01", "2025-09-30", SCHOOL, "consumption"),
        file("curve", *NOVEMBER, SCHOOL, "consumption"),
    )
    found = known_periods(operations({"anniversary_day": 1}), given)
    assert found.rows() == periods(("2025-09-01", "2025-09-30"), OCTOBER, NOVEMBER).rows()
    made = completeness(operations(), participants(*EVERYONE), found, given)
    assert cells(made)[SCHOOL, "curve", "consumption"] == "missing"
    assert found["operation_id"].unique().to_list() == [ACC]
