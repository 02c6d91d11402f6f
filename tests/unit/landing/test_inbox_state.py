"""An inbox in which nothing changed is not read again; anything that may change the outcome has it read."""

import os
import zipfile

import dagster as dg
import pytest

from assets import landing as asset
from assets.resources import Installation, Warehouse
from energy_pipeline import landing, program, warehouse
from energy_pipeline.landing.walk import Inbox

CURVE = "ACC00000101/30001000100100_01112024_01112024_Conso_CDC.csv"
LINES = "".join(f"01/11/2024 {hour:02d}:00;7;7;7;7;\n" for hour in range(24))


@pytest.fixture
def place(tmp_path):
    (tmp_path / "inbox" / CURVE).parent.mkdir(parents=True)
    (tmp_path / "inbox" / CURVE).write_text(LINES)
    (tmp_path / "home").mkdir()
    return tmp_path


def seen(place, *words):
    return landing.fingerprint(landing.states(place / "inbox"), place / "home", *words)


def test_the_same_inbox_is_told_the_same(place):
    assert seen(place) == seen(place)


@pytest.mark.parametrize(
    "change",
    [
        lambda place: (place / "inbox" / "more.csv").write_text("x"),
        lambda place: (place / "inbox" / CURVE).write_text(LINES + "x"),
        lambda place: (place / "inbox" / CURVE).unlink(),
        lambda place: (place / "inbox" / CURVE).rename(place / "inbox" / "other.csv"),
        lambda place: (place / "home" / "passwords.toml").write_text("x"),
    ],
)
def test_what_may_change_the_outcome_is_seen(place, change):
    before = seen(place)
    change(place)
    assert seen(place) != before


def test_a_content_replaced_under_the_same_size_and_time_is_seen(place):
    curve, before = place / "inbox" / CURVE, seen(place)
    status = curve.stat()
    curve.write_text(LINES.replace("7", "8"))
    os.utime(curve, ns=(status.st_atime_ns, status.st_mtime_ns))
    assert curve.stat().st_size == status.st_size
    assert seen(place) != before


def test_settings_that_are_no_file_count(place):
    assert seen(place, "a") != seen(place, "b")


def test_another_program_reads_again(place, monkeypatch):
    before = seen(place)
    monkeypatch.setattr(program, "digest", lambda: "better")
    assert seen(place) != before


def land(place):
    resources = {
        "installation": Installation(inbox=str(place / "inbox"), home=str(place / "home")),
        "database": Warehouse(database=str(place / "home" / "warehouse" / "energy.duckdb")),
    }
    result = dg.materialize([asset.files], resources=resources)
    [event] = result.asset_materializations_for_node("files")
    return event.metadata["fichiers nouveaux"].value


def test_files_are_opened_only_when_something_changed(place, monkeypatch):
    assert land(place) == 1
    read = landing.land

    def no_reading(*_, **__):
        raise AssertionError("the inbox was read")

    monkeypatch.setattr(asset.landing, "land", no_reading)
    assert land(place) == 0
    monkeypatch.setattr(asset.landing, "land", read)
    with warehouse.connect(place / "home" / "warehouse" / "energy.duckdb", holds_arrays=True) as connection:
        connection.execute("DELETE FROM landing.file")
    assert land(place) == 1, "what was taken out of the registry comes back"
    (place / "inbox" / "second" / CURVE).parent.mkdir(parents=True)
    (place / "inbox" / "second" / CURVE).write_text(LINES.replace("7", "8"))
    assert land(place) == 1


def opened(place, monkeypatch):
    """Land, and return the paths of the files that were opened."""
    paths = []
    read = Inbox.read
    monkeypatch.setattr(Inbox, "read", lambda inbox, entry: (paths.append(entry.path), read(inbox, entry))[1])
    land(place)
    monkeypatch.setattr(Inbox, "read", read)
    return sorted(paths)


def add(place, path, content=LINES):
    (place / "inbox" / path).parent.mkdir(parents=True, exist_ok=True)
    (place / "inbox" / path).write_text(content)


def test_when_a_file_comes_those_that_were_read_are_not_opened(place, monkeypatch):
    land(place)
    second = f"second/{CURVE}"
    add(place, second, LINES.replace("7", "8"))
    assert opened(place, monkeypatch) == [second]
    add(place, CURVE, LINES.replace("7", "9"))
    assert opened(place, monkeypatch) == [CURVE]


def test_what_was_refused_and_what_tells_the_operation_of_others_are_opened_again(place, monkeypatch):
    name = CURVE.rsplit("/", 1)[1]
    refused, teaching = CURVE.replace("100100", "100101"), "operations.toml"
    add(place, refused, "nothing")
    add(place, teaching, '[ACC00000101]\nname = "Soleil"\nkey_type = "static"\n')
    land(place)
    with zipfile.ZipFile(place / "inbox" / "ACC00000101_more.zip", "w") as archive:
        archive.writestr(name.replace("100100", "100102"), LINES)
    inside = f"ACC00000101_more.zip!{name.replace('100100', '100102')}"
    assert opened(place, monkeypatch) == sorted([refused, teaching, inside])
    add(place, "third.txt", "nothing")
    assert opened(place, monkeypatch) == sorted([refused, teaching, "third.txt"])


def test_what_came_during_a_landing_is_opened_by_the_next(place, monkeypatch):
    read = Inbox.read

    def replaced_meanwhile(inbox, entry):
        content = read(inbox, entry)
        add(place, CURVE, LINES.replace("7", "9"))
        return content

    monkeypatch.setattr(Inbox, "read", replaced_meanwhile)
    land(place)
    monkeypatch.setattr(Inbox, "read", read)
    assert opened(place, monkeypatch) == [CURVE]
