import sqlite3
import stat
from datetime import UTC, date, datetime

import pytest

from energy_pipeline.mail import MailError
from energy_pipeline.mail.model import Body, Item, Message
from energy_pipeline.mail.outbox import open_outbox, read_outbox

AT = datetime(2025, 11, 10, 8, 30, tzinfo=UTC)
KEY = "rapport/ACC00000042/2025-10-01"


def message(digest: str) -> Message:
    return Message((Item(KEY, digest),), "Maire@aubrac.example", "Sujet", lambda _: Body("", ""))


def test_only_its_owner_reads_it(tmp_path):
    with open_outbox(tmp_path):
        pass
    folder = tmp_path / "outbox"
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert {stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()} == {0o600}


def test_what_was_told_is_the_last_version_that_left(tmp_path):
    first, second = Item(KEY, "v1"), Item(KEY, "v2")
    with open_outbox(tmp_path) as outbox:
        outbox.trying(message("v1"))
        assert not outbox.is_told("maire@aubrac.example", first)
        outbox.sent(message("v1"), "<1@x>", AT)
        assert outbox.is_told("MAIRE@aubrac.example", first)
        outbox.trying(message("v2"))
        outbox.failed(message("v2"), "pending", "451 Plus tard")
        assert outbox.is_told("maire@aubrac.example", first)
        assert not outbox.is_told("maire@aubrac.example", second)
    with open_outbox(tmp_path) as outbox:
        told = outbox.told("maire@aubrac.example", KEY)
        assert (told.status, told.attempts, told.last_error) == ("pending", 1, "451 Plus tard")
        assert (told.sent_digest, told.sent_at, told.sent_message_id) == ("v1", AT, "<1@x>")
        outbox.trying(message("v2"))
        assert outbox.told("maire@aubrac.example", KEY).attempts == 2
        outbox.sent(message("v2"), "<2@x>", AT)
        assert not outbox.is_told("maire@aubrac.example", first)
        assert outbox.told("maire@aubrac.example", KEY).last_error is None


def test_the_opening_month_does_not_move(tmp_path):
    with open_outbox(tmp_path) as outbox:
        assert outbox.opening_month(date(2025, 10, 1)) == date(2025, 10, 1)
        assert outbox.opening_month(date(2025, 12, 1)) == date(2025, 10, 1)
    with read_outbox(tmp_path) as outbox:
        assert outbox.opening_month(date(2026, 1, 1)) == date(2025, 10, 1)


def test_a_look_changes_nothing(tmp_path):
    with read_outbox(tmp_path) as outbox:
        assert outbox.keys() == set()
        assert outbox.opening_month(date(2025, 10, 1)) == date(2025, 10, 1)
    assert not (tmp_path / "outbox").exists()
    with open_outbox(tmp_path) as outbox:
        outbox.trying(message("v1"))
    with read_outbox(tmp_path) as outbox:
        assert outbox.keys() == {KEY}
        outbox.sent(message("v1"), "<1@x>", AT)
    with read_outbox(tmp_path) as outbox:
        assert outbox.told("maire@aubrac.example", KEY).status == "pending"


def test_one_process_at_a_time(tmp_path):
    with open_outbox(tmp_path):
        with pytest.raises(MailError, match="Un autre envoi est en cours"), open_outbox(tmp_path):
            pass
        with pytest.raises(MailError, match="Un autre envoi est en cours"), read_outbox(tmp_path):
            pass
    with open_outbox(tmp_path):
        pass


@pytest.mark.parametrize("opener", [open_outbox, read_outbox])
def test_a_damaged_outbox_is_said_not_replaced(tmp_path, opener):
    path = tmp_path / "outbox" / "outbox.sqlite3"
    path.parent.mkdir()
    path.write_bytes(b"not a database at all, really" * 40)
    with pytest.raises(MailError, match="abîmé"), opener(tmp_path):
        pass
    assert path.read_bytes().startswith(b"not a database")


def test_a_row_has_only_known_statuses(tmp_path):
    with open_outbox(tmp_path) as outbox:
        outbox.trying(message("v1"))
        with pytest.raises(sqlite3.IntegrityError):
            outbox.failed(message("v1"), "perhaps", "")
