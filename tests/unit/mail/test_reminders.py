"""Reminders of the keys to send: when, to whom, and with which commands."""

from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

import pytest

from energy_pipeline.mail import Settings, deliver
from energy_pipeline.mail.reminders import reminders
from tests.mail_server import serving
from tests.publications import OPERATION
from tests.unit.mail.conftest import change, declare

MANAGER, OTHER = "energie@fontbelle.example", "pmo@fontbelle.example"
SETTINGS = Settings(host="127.0.0.1", port=25, sender="rapports@fontbelle.example", default_to=(OTHER,))
DEADLINE = """
    INSERT INTO marts.deadline BY NAME SELECT ? AS operation_id, ? AS kind, 'organiser' AS party, ?::DATE AS due_on,
    ?::DATE AS period_start, ?::DATE AS period_end, '' AS title, '' AS description, '' AS article, ?::BOOLEAN AS done
"""


def due(home: Path, kind: str, key_type: str, due_on: str, *period: str, done: bool | None = None) -> None:
    change(home, "DELETE FROM marts.deadline")
    change(home, DEADLINE, OPERATION, kind, due_on, *period, done)
    change(home, "UPDATE marts.operation SET key_type = ?, start_date = DATE '2024-12-01'", key_type)


def on(home: Path, day: str):
    return list(reminders(home, date.fromisoformat(day), SETTINGS))


def plain(text: str) -> str:
    return " ".join(text.split())


def said(message) -> str:
    return plain(message.body(None).text)


@pytest.mark.parametrize(
    ("day", "expected"),
    [("2025-12-01", 0), ("2025-12-02", 1), ("2025-12-05", 1), ("2025-12-06", 0)],
)
def test_three_days_before_until_the_last(home, day, expected):
    due(home, "dynamic_keys", "dynamic", "2025-12-05", "2025-11-01", "2025-11-30", done=False)
    assert len(on(home, day)) == expected


def test_dynamic_keys_say_the_commands_and_the_file(home):
    due(home, "dynamic_keys", "dynamic", "2025-11-06", "2025-10-01", "2025-10-31", done=False)
    [one] = on(home, "2025-11-03")
    assert one.recipient == MANAGER
    assert plain(one.subject) == (
        "Rappel : clés à transmettre à Enedis, au plus tard le 6 novembre 2025, Soleil partagé de Fontbelle"
    )
    about = f"--home {home} --operation {OPERATION} --from 2025-10-01 --to 2025-10-31 --objective fair"
    text = said(one)
    assert f"energy-pipeline keys propose {about}" in text
    assert f"energy-pipeline keys export {about} --out cles" in text
    assert f"cles/{OPERATION}_15_01102025_31102025.txt" in text
    assert "article 4.4.1" in text and "annexe 3" in text
    assert "ne sont pas encore là" not in text
    page = one.body(None).html
    assert "keys export" in page and "{{" not in page


def test_curves_that_are_not_there_are_asked_for_first(home):
    due(home, "dynamic_keys", "dynamic", "2025-12-05", "2025-11-01", "2025-11-30", done=False)
    [one] = on(home, "2025-12-02")
    assert "ne sont pas encore là : déposer dans la boîte de dépôt les courbes brutes" in said(one)


def test_keys_that_were_sent_are_not_reminded_of(home):
    due(home, "dynamic_keys", "dynamic", "2025-11-06", "2025-10-01", "2025-10-31", done=True)
    assert on(home, "2025-11-03") == []


def test_full_dynamic_keys_go_by_api(home):
    due(home, "dynamic_keys", "full_dynamic", "2025-11-06", "2025-10-01", "2025-10-31")
    [one] = on(home, "2025-11-03")
    assert "par l'API d'Enedis" in said(one)
    assert "keys export" not in said(one)


@pytest.mark.parametrize(
    ("key_type", "last", "expected"),
    [
        ("static", "2025-11-30", 1),
        ("static", "2025-10-31", 0),
        ("static", "2024-11-30", 0),
        ("default", "2025-11-30", 0),
    ],
)
def test_static_keys_once_a_year_at_the_anniversary_of_the_start(home, key_type, last, expected):
    due(home, "change_notice", key_type, "2025-11-07", "2025-11-01", last)
    found = on(home, "2025-11-04")
    assert len(found) == expected
    for one in found:
        assert plain(one.subject).startswith("Rappel : dernier jour pour changer la clé statique, le 7 novembre 2025")
        assert f"--operation {OPERATION} --from 2024-12-01 --objective static --out cles" in said(one)
        assert f"{OPERATION}_20251104_ANNEXE2.12.csv" in said(one)
        assert "Rien n'est obligatoire" in said(one)


def test_without_energy_manager_who_receives_the_rest(home):
    due(home, "dynamic_keys", "dynamic", "2025-11-06", "2025-10-01", "2025-10-31", done=False)
    declare(home, {"accountant": ["compta@fontbelle.example"]})
    assert [one.recipient for one in on(home, "2025-11-03")] == [OTHER]


def test_a_reminder_leaves_once_for_its_operation_and_period(home):
    due(home, "dynamic_keys", "dynamic", "2025-11-06", "2025-10-01", "2025-10-31", done=False)

    def send(day: str) -> int:
        at = datetime.fromisoformat(f"{day}T07:30:00+01:00")
        with serving() as box:
            settings = replace(SETTINGS, port=box.port, security="none")
            deliver(home, reminders(home, at.date(), settings), settings, clock=lambda: at)
        return len(box.of(MANAGER))

    assert [send(day) for day in ("2025-11-02", "2025-11-03", "2025-11-04", "2025-11-06")] == [0, 1, 0, 0]
    due(home, "dynamic_keys", "dynamic", "2025-12-05", "2025-11-01", "2025-11-30", done=False)
    assert send("2025-12-02") == 1
