import json
from datetime import date

import polars as pl

from energy_pipeline import french
from energy_pipeline.formats import cdc
from energy_pipeline.reconciliation.notes import LONGEST_PROOF, note_facts, with_lost_hours
from energy_pipeline.tables import computed, landing
from energy_pipeline.tables.schemas import frame
from tests.unit.invoices.rows import at, landed
from tests.unit.reconciliation.frames import ACC, HALL, OCTOBER, SCHOOL, as_facts

END = date(2025, 10, 31)
TWICE = "26/10/2025 02:00"
HOURS = [f"{day:02}/10/2025 {hour:02}:00;1;2;3;4;" for day in range(1, 32) for hour in range(24)]
"""October with 02:00 of the 26th once: line 603."""


def lost_hour():
    (note,) = cdc.read(f"{SCHOOL}_01102025_31102025_Conso_CDC.csv", "\n".join(HOURS).encode()).notes
    assert (note.line, note.value) == (603, TWICE)
    return note.message


def file(prm, series, **changes):
    name = f"{prm}_{series}.csv"
    return {"file_id": name, "path": f"oct/{name}", "name": name, "delivery": "oct", "received_at": at(8),
            "size_bytes": 1, "status": "loaded", "kind": "curve", "series": series, "operation_id": ACC, "prm": prm,
            "period_start": OCTOBER, "period_end": END, **changes}  # fmt: skip


def notes(message, *files, lines=(603,)):
    return landed(
        landing.NOTE,
        [{"file_id": file["file_id"], "path": file["path"], "check_name": "file_note", "line": line, "value": TWICE,
          "message": message} for file in files for line in lines],
    )  # fmt: skip


def issues(*prms, check_name="missing_steps"):
    return frame(
        computed.ISSUE,
        [{"check_name": check_name, "operation_id": ACC, "prm": prm, "role": "consumer", "period_start": OCTOBER,
          "period_end": END, "message": "4 points absents.", "evidence": '[{"file": "oct/a.csv", "value": "4 pas"}]'}
         for prm in prms],
    )  # fmt: skip


SCHOOLS = [file(SCHOOL, series) for series in ("complement", "consumption", "self_consumption")]
HALLS = [file(HALL, series) for series in ("complement", "consumption", "self_consumption")]


def told(files, its_notes, its_issues):
    known = frame(landing.FILE, files)
    whole, left = with_lost_hours(its_issues, its_notes, known)
    assert whole.schema == its_issues.schema
    return whole.to_dicts(), as_facts(note_facts(known, left, OCTOBER))


def test_an_hour_that_all_the_curves_of_two_points_lost_is_told_once_a_point():
    files = [*SCHOOLS, *HALLS]
    whole, facts = told(files, notes(lost_hour(), *files), issues(SCHOOL, HALL))
    assert (len(whole), facts) == (2, [])
    assert whole[0]["message"] == (
        "4 points absents. À l'heure d'hiver, l'heure doublée n'est qu'une fois dans ses courbes (complément, "
        "consommation et autoconsommation) : lue comme la première, l'autre manque."
    )
    assert json.loads(whole[0]["evidence"]) == [
        {"file": "oct/a.csv", "value": "4 pas"},
        *({"file": file["path"], "line": 603, "value": TWICE} for file in SCHOOLS),
    ]


def test_published_curves_alone_that_lost_it_are_told_by_themselves():
    published = [SCHOOLS[0], SCHOOLS[2]]
    whole, (fact,) = told(SCHOOLS, notes(lost_hour(), *published), issues(HALL))
    assert [row["message"] for row in whole] == ["4 points absents."]
    assert (fact["check_name"], fact["prm"]) == ("file_note", SCHOOL)
    assert fact["message"] == (
        f"Fichiers « {SCHOOL}_complement.csv » et « {SCHOOL}_self_consumption.csv » : L'heure doublée à l'heure "
        "d'hiver n'y est qu'une fois : lue comme la première, l'autre manque."
    )
    assert [item["line"] for item in json.loads(fact["evidence"])] == [603, 603]


def test_another_issue_another_period_or_another_note_swallows_nothing():
    its_notes = notes(lost_hour(), SCHOOLS[1])
    assert len(told(SCHOOLS, its_notes, issues(SCHOOL, check_name="missing_curve"))[1]) == 1
    later = issues(SCHOOL).with_columns(period_end=pl.lit(date(2025, 11, 14)))
    assert len(told(SCHOOLS, its_notes, later)[1]) == 1
    whole, facts = told(SCHOOLS, notes("Lignes non triées.", SCHOOLS[1]), issues(SCHOOL))
    assert (whole[0]["message"], len(facts)) == ("4 points absents.", 1)


def test_lines_alike_of_a_file_are_one_finding_and_those_of_files_of_no_point_one_each():
    lines = range(1, LONGEST_PROOF + 6)
    _, (fact,) = told(SCHOOLS, notes("Ligne en double.", SCHOOLS[1], lines=lines), issues())
    counted = french.plural(LONGEST_PROOF + 5, "ligne")
    assert fact["message"] == f"Fichier « {SCHOOL}_consumption.csv », {counted} : Ligne en double."
    assert [item["line"] for item in json.loads(fact["evidence"])] == list(range(1, LONGEST_PROOF + 1))
    sites = [file(None, name, kind="site", operation_id=None) for name in ("a", "b")]
    assert [fact["message"] for fact in told(sites, notes("Vide.", *sites), issues())[1]] == [
        "Fichier « None_a.csv » : Vide.",
        "Fichier « None_b.csv » : Vide.",
    ]
