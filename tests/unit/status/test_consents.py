"""The register of authorisations: read, dated, and compared with who takes part (§5.1.4, Annexe 4)."""

from datetime import date, datetime

import polars as pl
import pytest

from energy_pipeline.follow_up import consent_issues, consents
from energy_pipeline.formats import consents_file
from energy_pipeline.formats.model import BadFile
from energy_pipeline.landing.recognise import kind_of
from energy_pipeline.periods.grid import PARIS
from energy_pipeline.settings import REFERENCE
from energy_pipeline.tables import landing, marts
from energy_pipeline.tables.schemas import frame

ACC, OTHER = "ACC00000001", "ACC00000002"
HALL, SCHOOL, ROOF = "30001000000011", "30001000000022", "30001000000044"
START, END = date(2025, 9, 1), date(2025, 9, 30)
SIGNED = date(2025, 1, 6)
RECEIVED = datetime(2025, 9, 2, tzinfo=PARIS)


def consent(prm=HALL, signed_on=SIGNED, *, received_at=RECEIVED, path="consents.csv", **other):
    return {"prm": prm, "signed_on": signed_on, "received_at": received_at, "path": path, **other}


def register(*rows):
    files = [{"file_id": f"{number}", "line": number + 2, **row} for number, row in enumerate(rows)]
    about = pl.DataFrame(
        [(row["received_at"], row["path"]) for row in rows],
        schema={"received_at": pl.Datetime("us", "Europe/Paris"), "path": pl.String()},
        orient="row",
    )
    bare = [{name: value for name, value in row.items() if name not in {"received_at", "path"}} for row in files]
    return consents(pl.concat([frame(landing.CONSENT, bare), about], how="horizontal"))


def stays(*rows, operation_id=ACC):
    return frame(
        marts.PARTICIPANT,
        [
            {"operation_id": operation_id, "prm": prm, "role": role, "valid_from": first, "valid_to": end,
             "role_source": "annexe2"}
            for prm, role, first, end in rows
        ],
    )  # fmt: skip


BOTH = stays((HALL, "consumer", SIGNED, None), (ROOF, "producer", SIGNED, None))


def found(held, participants=BOTH, start=START, end=END, operation_id=ACC):
    periods = pl.DataFrame({"operation_id": [operation_id], "period_start": [start], "period_end": [end]})
    return consent_issues(held, participants, periods).to_dicts()


def names(*arguments, **named):
    return [(issue["check_name"], issue["prm"]) for issue in found(*arguments, **named)]


def test_the_example_shipped_is_a_register_and_is_read():
    content = (REFERENCE / "consents.example.csv").read_bytes()
    assert kind_of("consents.csv", content) == "consents"
    reading = consents_file.read("consents.csv", content)
    assert [(r["operation_id"], r["prm"], r["role"], r["expires_on"], r["withdrawn_on"]) for r in reading.rows] == [
        ("ACC00000001", HALL, "consumer", None, None),
        ("ACC00000001", ROOF, "producer", date(2035, 1, 5), None),
        (None, SCHOOL, "consumer", None, date(2025, 9, 15)),
    ]
    assert reading.rows[2]["holder"] == "École du Pré-Vert"
    assert reading.notes == ()


@pytest.mark.parametrize(
    ("row", "column"),
    [
        (f"ACC1;{HALL};;A;2025-01-06;;;", "operation_id"),
        (";3000100000001;;A;2025-01-06;;;", "prm"),
        (";;;A;2025-01-06;;;", "prm"),
        (f";{HALL};locataire;A;2025-01-06;;;", "role"),
        (f";{HALL};;A;;;;", "signed_on"),
        (f";{HALL};;A;janvier;;;", "signed_on"),
        (f";{HALL};;A;2025-01-06;2025-01-05;;", "expires_on"),
        (f";{HALL};;A;2025-01-06;;2025-01-05;", "withdrawn_on"),
        (f";{HALL};;A;2025-01-06;;;\n;{HALL};;B;2025-01-06;;;", "prm"),
    ],
)
def test_a_bad_row_refuses_the_register_with_its_place(row, column):
    content = f"operation_id;prm;role;holder;signed_on;expires_on;withdrawn_on;document\n{row}\n".encode()
    with pytest.raises(BadFile) as refusal:
        consents_file.read("consents.csv", content)
    assert (refusal.value.line, refusal.value.column) == (row.count("\n") + 2, column)


def test_data_are_kept_five_years_after_the_end():
    held = register(
        consent(HALL, expires_on=date(2025, 12, 31)),
        consent(SCHOOL, expires_on=date(2025, 12, 31), withdrawn_on=date(2024, 2, 29), signed_on=date(2023, 1, 1)),
        consent(ROOF),
    )
    ends = {prm: rest for prm, *rest in held.select("prm", "ended_on", "retention_until").iter_rows()}
    assert ends == {
        HALL: [date(2026, 1, 1), date(2031, 1, 1)],
        SCHOOL: [date(2024, 2, 29), date(2029, 2, 28)],
        ROOF: [None, None],
    }


def test_the_register_received_last_tells():
    later = datetime(2025, 10, 2, tzinfo=PARIS)
    held = register(consent(withdrawn_on=date(2025, 9, 9), received_at=later, path="b.csv"), consent(holder="Avant"))
    assert held.select("withdrawn_on", "path").rows() == [(date(2025, 9, 9), "b.csv")]


def test_all_is_well_when_everyone_has_signed():
    assert found(register(consent(HALL), consent(ROOF))) == []


def test_without_any_register_nobody_is_asked_for_one():
    assert found(register()) == []
    elsewhere = register(consent("30001000000099"), consent(HALL, operation_id=OTHER))
    assert found(elsewhere) == []


def test_who_is_not_in_the_register_lacks_an_authorisation():
    assert names(register(consent(HALL))) == [("consent_missing", ROOF)]
    assert names(register(consent(HALL), consent(ROOF, operation_id=OTHER))) == [("consent_missing", ROOF)]
    assert names(register(consent(HALL), consent(ROOF, role="consumer"))) == [("consent_missing", ROOF)]
    assert names(register(consent(HALL), consent(ROOF, signed_on=date(2025, 9, 2)))) == [("consent_missing", ROOF)]


def test_an_expired_authorisation_is_told_unless_another_follows():
    until = date(2025, 9, 14)
    (issue,) = found(register(consent(HALL, expires_on=until, holder="Mairie"), consent(ROOF)))
    assert (issue["check_name"], issue["prm"]) == ("consent_expired", HALL)
    assert f"{HALL} (Mairie) est expirée depuis le 15/09/2025" in issue["message"]
    assert issue["evidence"] == '[{"file": "consents.csv", "line": 2}]'
    renewed = consent(HALL, signed_on=date(2025, 9, 15))
    assert found(register(consent(HALL, expires_on=until), renewed, consent(ROOF))) == []
    late = consent(HALL, signed_on=date(2025, 9, 16))
    assert names(register(consent(HALL, expires_on=until), late, consent(ROOF))) == [("consent_expired", HALL)]
    assert found(register(consent(HALL, expires_on=END), consent(ROOF))) == []


def test_a_withdrawn_authorisation_is_told_as_long_as_the_point_takes_part():
    held = register(consent(HALL, withdrawn_on=date(2025, 9, 15)), consent(ROOF))
    assert names(held) == [("consent_withdrawn", HALL)]
    left = stays((HALL, "consumer", SIGNED, date(2025, 9, 15)), (ROOF, "producer", SIGNED, None))
    assert found(held, left) == []
    assert found(held, start=date(2025, 8, 1), end=date(2025, 8, 31)) == []


def test_only_the_stays_of_the_period_need_one():
    away = stays((HALL, "consumer", SIGNED, date(2025, 9, 5)), (HALL, "consumer", date(2025, 9, 20), None))
    covered = register(consent(HALL, expires_on=date(2025, 9, 4)), consent(HALL, signed_on=date(2025, 9, 20)))
    assert found(covered, away) == []
    assert names(register(consent(HALL, expires_on=date(2025, 9, 4))), away) == [("consent_expired", HALL)]


def test_data_kept_too_long_are_told_from_the_day_on():
    ended = consent(HALL, signed_on=date(2019, 1, 1), withdrawn_on=date(2020, 9, 30))
    gone = stays((HALL, "consumer", date(2019, 1, 1), date(2020, 9, 30)), (ROOF, "producer", SIGNED, None))
    held = register(ended, consent(ROOF))
    assert names(held, gone) == [("consent_retention_over", HALL)]
    assert "à détruire depuis le 30/09/2025" in found(held, gone)[0]["message"]
    assert names(held, gone, start=date(2025, 8, 1), end=date(2025, 8, 31)) == []
