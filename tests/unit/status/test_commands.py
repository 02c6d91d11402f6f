"""The commands on a small publication: what a reader sees."""

import json
from datetime import date
from pathlib import Path

import icalendar
import pytest
from typer.testing import CliRunner

from energy_pipeline import warehouse
from energy_pipeline.cli import status
from energy_pipeline.cli.words import App
from energy_pipeline.follow_up import completeness, deadlines, known_periods
from energy_pipeline.settings import Home
from energy_pipeline.tables import marts
from tests.unit.status.frames import (
    ACC,
    HALL,
    ROOF,
    SCHOOL,
    declared,
    file,
    files,
    operations,
    participants,
    stay,
)

SEPTEMBER, OCTOBER = ("2025-09-01", "2025-09-30"), ("2025-10-01", "2025-10-31")
LANDED = files(
    *(file("curve", *month, prm, series, delivery=month[0]) for month in (SEPTEMBER, OCTOBER)
      for prm, series in ((SCHOOL, "consumption"), (ROOF, "production"))),
    file("curve", *SEPTEMBER, HALL, "consumption"),
    file("curve", *OCTOBER, HALL, "consumption", status="quarantined", reason="Nombre illisible.", reason_line=200,
         reason_value="1O475"),
    file("curve", *SEPTEMBER, SCHOOL, "complement"), file("curve", *SEPTEMBER, HALL, "complement"),
    file("synthesis", *SEPTEMBER),
)  # fmt: skip

app = App()
for command in (status.status, status.calendar, status.due):
    app.command()(command)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("home")
    known = operations({"name": "Soleil des Écoles", "key_type": "dynamic", "anniversary_day": 1})
    people = participants(
        stay(SCHOOL, "consumer", "2025-01-01"),
        stay(HALL, "consumer", "2025-01-01"),
        stay(ROOF, "producer", "2025-01-01"),
    )
    with warehouse.connect(Home(root).create().publication) as connection:
        warehouse.create(connection, marts.TABLES)
        for table, rows in (
            (marts.OPERATION, known),
            (marts.PARTICIPANT, people),
            (marts.FILE, LANDED),
            (marts.DEADLINE, deadlines(known, declared(), LANDED)),
            (marts.COMPLETENESS, completeness(known, people, known_periods(known, LANDED), LANDED)),
        ):
            warehouse.insert(connection, table, rows)
    return root


def run(*arguments: str, code: int = 0) -> str:
    result = CliRunner().invoke(app, list(arguments), env={"COLUMNS": "80"})
    assert result.exit_code == code, result.output
    return result.output


def rows_of(text: str) -> dict[str, list[str]]:
    return {words[0]: words[1:] for words in map(str.split, text.splitlines()) if words and words[0].isdigit()}


def test_the_matrix_has_a_sign_per_participant_file_and_period(home):
    text = run("status", "--home", str(home), "--on", "2025-11-20")
    assert f"{ACC} — Soleil des Écoles" in text
    rows = rows_of(text)
    # Measure, then remainder: September and October.
    assert rows[SCHOOL] == ["conso.", "✓✓", "✓✗"]
    assert rows[HALL] == ["conso.", "✓R", "✓✗"]
    assert rows[ROOF] == ["prod.", "✓✓", "··"]
    assert "Synthèse ✓✗" in text
    assert "Clés dynamiques ✗✗" in text


def test_results_not_yet_due_are_awaited(home):
    rows = rows_of(run("status", "--home", str(home), "--on", "2025-11-08"))
    assert rows[SCHOOL] == ["conso.", "✓✓", "✓…"]
    assert rows_of(run("status", "--home", str(home), "--on", "2025-11-09"))[SCHOOL] == ["conso.", "✓✓", "✓✗"]


def test_refused_files_are_listed_with_their_reason(home):
    text = run("status", "--home", str(home), "--on", "2025-11-20")
    assert "Fichiers refusés : 1" in text
    assert "Nombre illisible. (ligne 200, valeur « 1O475 »)" in text


def test_deadlines_missed_and_ahead_depend_on_the_day(home):
    found = json.loads(run("status", "--home", str(home), "--on", "2025-11-07", "--format", "json"))
    missed = [(row["kind"], row["due_on"]) for row in found["missed_deadlines"]]
    # September's keys: after Wednesday 01/10, 2 3 6 7. October's: after Saturday 01/11, 3 4 5 6.
    assert missed == [("dynamic_keys", "2025-10-07"), ("dynamic_keys", "2025-11-06")]
    ahead = [(row["kind"], row["due_on"]) for row in found["deadlines_ahead"]]
    assert ahead == [
        ("change_notice", "2025-11-07"),
        ("results", "2025-11-08"),
        ("dynamic_keys", "2025-12-05"),
        ("results", "2025-12-08"),
        ("change_notice", "2025-12-10"),
    ]
    later = json.loads(run("status", "--home", str(home), "--on", "2025-11-09", "--ahead", "0", "--format", "json"))
    assert [row["kind"] for row in later["missed_deadlines"]] == ["dynamic_keys", "dynamic_keys", "results"]
    assert later["deadlines_ahead"] == []
    assert later["day"] == "2025-11-09"


def test_the_table_gathers_what_was_missed_several_times(home):
    text = run("status", "--home", str(home), "--on", "2025-11-09")
    assert "Clés dynamiques à transmettre, 2 périodes du 01/09/2025 au 31/10/2025" in text
    assert "par Enedis (article 5.2.2)" in text


def test_periods_shown_can_be_limited(home):
    rows = rows_of(run("status", "--home", str(home), "--on", "2025-11-20", "--periods", "1"))
    assert rows[HALL] == ["conso.", "R", "✗"]


def test_one_operation_or_an_unknown_one(home):
    assert ACC in run("status", "--home", str(home), "--operation", ACC)
    assert "inconnue" in run("status", "--home", str(home), "--operation", "ACC00000009", code=1)


def test_what_a_user_can_mend_is_said_in_french(home, tmp_path):
    assert "AAAA-MM-JJ" in run("status", "--home", str(home), "--on", "20/11/2025", code=2)
    assert "energy-pipeline run" in run("status", "--home", str(tmp_path / "nowhere"), code=1)
    older = Home(tmp_path / "older").create()
    with warehouse.connect(older.publication) as connection:
        warehouse.create(connection, (marts.OPERATION,))
    assert "autre version" in run("status", "--home", str(older.root), code=1)


def test_the_calendar_is_written(home, tmp_path):
    out = tmp_path / "deadlines.ics"
    assert "Calendrier" in run("calendar", "--home", str(home), "--out", str(out))
    events = icalendar.Calendar.from_ical(out.read_bytes()).walk("VEVENT")
    assert date(2025, 11, 8) in {event["dtstart"].dt for event in events}
    assert len(events) == 3 * (2 + 12)
    run("calendar", "--home", str(home), "--out", str(out), "--operation", ACC)
    assert "Aucune" in run("calendar", "--home", str(home), "--out", str(out), "--operation", "ACC00000009", code=1)
    assert icalendar.Calendar.from_ical(out.read_bytes()).walk("VEVENT"), "an unknown operation wipes no calendar"


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["complaint_forwarded", "2025-12-22"], "30/12/2025 (article 5.1.5)"),
        (["complaint_forwarded", "2025-12-22", "--post-code", "67000"], "31/12/2025 (article 5.1.5)"),
        (["start_notice", "2025-09-03"], "10/09/2025 (articles 3.1 et 8.2)"),
        (["list"], "keys_after_suspension_answer"),
    ],
)
def test_due_counts_from_an_event(arguments, expected):
    assert expected in run("due", *arguments)


def test_due_refuses_what_it_does_not_know():
    assert "due list" in run("due", "birthday", "2025-12-22", code=1)
    assert "jour" in run("due", "consent_proof", code=1)
