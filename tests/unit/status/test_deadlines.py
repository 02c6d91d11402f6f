"""Deadlines of the operations: which, when, and whether files show them done."""

from datetime import date, timedelta

import icalendar
import polars as pl

from energy_pipeline.follow_up import calendar_file, deadlines
from energy_pipeline.tables import marts, schemas
from tests.unit.status.frames import ACC, SCHOOL, day, declared, file, files, line, operations

OCTOBER = ("2025-10-01", "2025-10-31")
MEASURE = file("curve", *OCTOBER, SCHOOL, "consumption", received="2025-11-03")
RESULT = file("curve", *OCTOBER, SCHOOL, "complement", received="2025-11-07")


def of_kind(made: pl.DataFrame, kind: str) -> list[tuple[object, ...]]:
    return made.filter(pl.col("kind") == kind).select("period_start", "due_on", "done", "done_on").rows()


def test_the_known_period_and_a_year_ahead():
    made = deadlines(operations({"anniversary_day": 1}), declared(), files(MEASURE, RESULT))
    results = of_kind(made, "results")
    assert len(results) == 13
    assert results[0] == (day("2025-10-01"), day("2025-11-08"), True, day("2025-11-07"))
    assert results[1] == (day("2025-11-01"), day("2025-12-08"), False, None)
    assert results[-1][0] == day("2026-10-01")
    # Backwards from Monday 01/12/2025: 28 … 24 (5), 21 … 17 (10), 14 13 12 10 7: the 11th is a holiday.
    notices = of_kind(made, "change_notice")
    assert notices[1] == (day("2025-11-01"), day("2025-11-07"), None, None)
    assert of_kind(made, "dynamic_keys") == []


def test_an_operation_that_never_gets_results_is_unknown_not_late():
    made = deadlines(operations({"anniversary_day": 1}), declared(), files(MEASURE))
    assert of_kind(made, "results")[0] == (day("2025-10-01"), day("2025-11-08"), None, None)


def test_dynamic_keys_are_done_when_their_file_is_there():
    keys = file("dynamic_keys", *OCTOBER, received="2025-11-05")
    # After Saturday 01/11/2025: 3, 4, 5, 6. After Monday 01/12/2025: 2, 3, 4, 5.
    made = deadlines(operations({"key_type": "dynamic"}), declared(), files(MEASURE, keys))
    assert of_kind(made, "dynamic_keys")[:2] == [
        (day("2025-10-01"), day("2025-11-06"), True, day("2025-11-05")),
        (day("2025-11-01"), day("2025-12-05"), False, None),
    ]
    refused = keys | {"status": "quarantined"}
    made = deadlines(operations({"key_type": "dynamic"}), declared(), files(MEASURE, refused))
    assert of_kind(made, "dynamic_keys")[0][2] is False
    made = deadlines(operations({"key_type": "full_dynamic"}), declared(), files(MEASURE))
    assert of_kind(made, "dynamic_keys")[0][2] is None


def test_a_result_of_another_period_does_not_fulfil_this_one():
    september = file("synthesis", "2025-09-01", "2025-09-30", received="2025-10-08")
    made = deadlines(operations({"anniversary_day": 1}), declared(), files(MEASURE, september))
    assert [row[2] for row in of_kind(made, "results")[:2]] == [True, False]


def test_a_missing_month_between_two_has_its_deadlines():
    january = file("synthesis", "2026-01-01", "2026-01-31", received="2026-02-08")
    made = deadlines(operations({"anniversary_day": 1}), declared(), files(MEASURE, RESULT, january))
    assert [(row[0].month, row[2]) for row in of_kind(made, "results")[:4]] == [
        (10, True), (11, False), (12, False), (1, True),
    ]  # fmt: skip


def test_each_annexe_2_after_the_first_calls_for_an_answer():
    asked = declared(
        line(2, "2025-01-06", SCHOOL), line(2, "2025-09-03", SCHOOL), line(2, "2025-09-05", SCHOOL),
        line(2, "2025-09-06", SCHOOL),
    )  # fmt: skip
    made = deadlines(operations(), asked, files())
    # Friday 5 and Saturday 6 September lead to the same day, once.
    assert made.select("kind", "due_on", "done").rows() == [
        ("change_answer", day("2025-09-10"), None),
        ("change_answer", day("2025-09-12"), None),
    ]


def test_the_post_code_chooses_the_holidays():
    christmas = file("curve", "2025-11-22", "2025-12-21", SCHOOL, "consumption")
    due = {
        post_code: of_kind(
            deadlines(operations({"key_type": "dynamic", "post_code": post_code}), declared(), files(christmas)),
            "dynamic_keys",
        )[0][1]
        for post_code in ("38000", "67000")
    }
    assert due == {"38000": day("2025-12-29"), "67000": day("2025-12-30")}


def test_an_operation_known_by_its_settings_only_has_its_first_deadlines():
    made = deadlines(operations({"anniversary_day": 15, "start_date": day("2026-01-15")}), declared(), files())
    assert of_kind(made, "results")[0] == (day("2026-01-15"), day("2026-02-22"), None, None)
    assert deadlines(operations(), declared(), files()).is_empty()


def events(content: bytes) -> list[icalendar.Event]:
    return list(icalendar.Calendar.from_ical(content).walk("VEVENT"))


def test_the_calendar_file_says_what_is_due_and_wakes_up_three_days_before():
    made = deadlines(operations({"key_type": "dynamic"}), declared(), files(MEASURE, RESULT))
    found = events(calendar_file(made))
    assert len(found) == made.height == 39
    keys = next(event for event in found if event["uid"] == f"{ACC}-dynamic_keys-20251001@energy-pipeline")
    assert keys["dtstart"].dt == date(2025, 11, 6)
    assert keys["dtend"].dt == date(2025, 11, 7)
    assert keys["summary"] == f"Clés dynamiques à transmettre — {ACC} (article 4.4.1)"
    assert "du 01/10/2025 au 31/10/2025" in keys["description"]
    (alarm,) = keys.walk("VALARM")
    assert alarm["trigger"].dt == timedelta(days=-3)


def test_what_is_done_says_so_and_rings_no_more():
    found = events(calendar_file(deadlines(operations(), declared(), files(MEASURE, RESULT))))
    done = next(event for event in found if event["uid"] == f"{ACC}-results-20251001@energy-pipeline")
    assert str(done["summary"]).endswith("fait")
    assert done.walk("VALARM") == []


def test_the_calendar_file_is_the_same_whatever_the_order_and_its_events_differ():
    made = deadlines(operations({"key_type": "dynamic"}), declared(), files(MEASURE, RESULT))
    content = calendar_file(made)
    assert content == calendar_file(made.reverse())
    uids = [str(event["uid"]) for event in events(content)]
    assert len(set(uids)) == len(uids)
    assert all(len(row) <= 75 for row in content.split(b"\r\n"))


def test_no_deadline_makes_an_empty_calendar():
    assert events(calendar_file(schemas.empty(marts.DEADLINE))) == []
