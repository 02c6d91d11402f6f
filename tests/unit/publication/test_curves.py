"""Curves that did not change are taken over from the version before, and the outcome is the one of a new beginning."""

import json
import random
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import duckdb
import pytest

from energy_pipeline import program, tables, warehouse
from energy_pipeline.publication import publish, start_afresh
from energy_pipeline.settings import Home

SEPTEMBER, OCTOBER = date(2025, 9, 1), date(2025, 10, 1)
ONE, OTHER = "ACC00000001", "ACC00000002"
PRM = "30001000000101"


class Installation:
    """A home whose private warehouse is written by hand. State: the instant of the next publication."""

    def __init__(self, root: Path):
        self.home = Home(root).create()
        self.at = datetime(2025, 11, 1, tzinfo=UTC)
        with warehouse.connect(self.home.warehouse) as connection:
            warehouse.create(connection, tables.PRIVATE_TABLES)

    def compute(self, operation: str, month: date, watts: list[float], digest: str | None, days: int = 1) -> None:
        """Write a period of `days` that begins with the month: hourly steps of one consumer."""
        self.forget(operation, month)
        with warehouse.connect(self.home.warehouse) as connection:
            connection.execute(
                """INSERT INTO computed.operation_period
                (operation_id, period_start, period_end, month, step_minutes, steps_expected, steps_estimated,
                 steps_missing, digest) VALUES ($operation, $month, $last, $month, 60, 1, 0, 0, $digest)""",
                {"operation": operation, "month": month, "last": month + timedelta(days - 1), "digest": digest},
            )
            connection.execute(
                """INSERT INTO computed.curve (operation_id, period_start, prm, role, step_minutes, quality, measured_w)
                VALUES ($operation, $month, $prm, 'consumer', 60, [1 FOR x IN $watts], $watts)""",
                {"operation": operation, "month": month, "prm": PRM, "watts": watts},
            )

    def forget(self, operation: str, month: date) -> None:
        with warehouse.connect(self.home.warehouse) as connection:
            for table in ("curve", "operation_period"):
                connection.execute(
                    f"DELETE FROM computed.{table} WHERE operation_id = ? AND period_start = ?", [operation, month]
                )

    def publish(self) -> int:
        self.at += timedelta(seconds=1)
        return publish(self.home, run_id=str(self.at), published_at=self.at, version="0")["curve"]

    def curves(self) -> list[tuple]:
        """Return the mart, which its Parquet must equal."""
        asked = "SELECT operation_id, month, period_end, step_start, consumption_w FROM {} ORDER BY ALL"
        with duckdb.connect(str(self.home.publication), read_only=True) as connection:
            rows = connection.execute(asked.format("marts.curve")).fetchall()
        with duckdb.connect() as connection:
            parquet = f"'{self.home.publication.parent}/curve.parquet/*.parquet'"
            assert connection.execute(asked.format(parquet)).fetchall() == rows
        return rows

    def watts(self) -> dict[tuple[str, date], list[float]]:
        found: dict[tuple[str, date], list[float]] = {}
        for operation, month, _, _, watts in self.curves():
            found.setdefault((operation, month), []).append(watts)
        return found

    def file_of(self, month: str) -> int:
        return (self.home.publication.parent / "curve.parquet" / f"{month}.parquet").stat().st_ino


@pytest.fixture
def installation(tmp_path) -> Installation:
    """Two operations and two months, published."""
    made = Installation(tmp_path / "home")
    for operation, watts in ((ONE, 1.0), (OTHER, 2.0)):
        for month in (SEPTEMBER, OCTOBER):
            made.compute(operation, month, [watts, watts], "a")
    assert made.publish() == 8
    return made


def swap(installation: Installation) -> None:
    """Write other watts under the same digests: only a publication made afresh shows them."""
    with warehouse.connect(installation.home.warehouse) as connection:
        connection.execute("UPDATE computed.curve SET measured_w = [7, 7]")


def is_afresh(installation: Installation) -> bool:
    swap(installation)
    installation.publish()
    [seen] = {tuple(set(watts)) for watts in installation.watts().values() if set(watts) == {7.0}} or [()]
    return seen == (7.0,)


def test_what_has_the_same_digest_is_taken_over(installation):
    before = installation.curves(), installation.file_of("2025-09"), installation.file_of("2025-10")
    assert not is_afresh(installation)
    assert (installation.curves(), installation.file_of("2025-09"), installation.file_of("2025-10")) == before


def test_what_has_another_digest_is_replaced_and_its_month_alone_written_again(installation):
    september, october = installation.file_of("2025-09"), installation.file_of("2025-10")
    installation.compute(OTHER, OCTOBER, [3.0, 3.0, 3.0], "b")
    assert installation.publish() == 9
    assert installation.watts() == {
        (ONE, SEPTEMBER): [1, 1], (ONE, OCTOBER): [1, 1], (OTHER, SEPTEMBER): [2, 2], (OTHER, OCTOBER): [3, 3, 3],
    }  # fmt: skip
    assert installation.file_of("2025-09") == september
    assert installation.file_of("2025-10") != october


def test_what_is_computed_no_more_goes_with_its_month(installation):
    for operation in (ONE, OTHER):
        installation.forget(operation, SEPTEMBER)
    assert installation.publish() == 4
    assert installation.watts().keys() == {(ONE, OCTOBER), (OTHER, OCTOBER)}
    assert not (installation.home.publication.parent / "curve.parquet" / "2025-09.parquet").exists()


def test_a_period_of_other_bounds_is_replaced(installation):
    installation.compute(ONE, SEPTEMBER, [1.0, 1.0], "a", days=2)
    installation.publish()
    ends = {(row[0], row[1]): row[2] for row in installation.curves()}
    assert ends[ONE, SEPTEMBER] == date(2025, 9, 2)


def test_curves_of_an_earlier_program_have_no_digest_and_are_replaced_each_time(installation):
    for watts in (4.0, 5.0):
        installation.compute(ONE, OCTOBER, [watts], None)
        installation.publish()
        assert installation.watts()[ONE, OCTOBER] == [watts]


def test_another_program_takes_nothing_over(installation, monkeypatch):
    monkeypatch.setattr(program, "digest", lambda: "better")
    assert is_afresh(installation)


def test_nothing_is_taken_over_when_told_so(installation):
    start_afresh(installation.home)
    assert is_afresh(installation)


@pytest.mark.parametrize("written", ["", "{}", "[", '{"made_by": "x", "units": [[1]], "whole_bytes": 1}'])
def test_a_note_that_is_lost_or_damaged_takes_nothing_over(installation, written):
    (installation.home.publication.parent / "current" / ".curves.json").write_text(written)
    assert is_afresh(installation)


def test_a_database_that_has_grown_by_half_is_made_whole_again(installation):
    note = installation.home.publication.parent / "current" / ".curves.json"
    told = json.loads(note.read_text())
    size = installation.home.publication.stat().st_size
    assert told["whole_bytes"] == size
    note.write_text(json.dumps({**told, "whole_bytes": size * 2 // 3 - 1}))
    assert is_afresh(installation)


def test_a_database_that_is_not_readable_is_made_whole_again(installation):
    damaged = installation.home.publication.resolve()
    damaged.write_bytes(b"damaged" * (damaged.stat().st_size // 7 + 1))
    assert is_afresh(installation)


def test_the_note_is_no_file_of_readers(installation):
    assert not [path.name for path in installation.home.publication.parent.iterdir() if path.name.startswith(".")]


def test_after_any_changes_the_outcome_is_that_of_a_new_beginning(tmp_path):
    chance = random.Random(20251101)
    one = Installation(tmp_path / "one")
    for number in range(8):
        for _ in range(chance.randint(0, 3)):
            operation, month = chance.choice((ONE, OTHER)), chance.choice((SEPTEMBER, OCTOBER))
            if chance.random() < 0.3:
                one.forget(operation, month)
            else:
                one.compute(
                    operation, month, [float(number)] * chance.randint(1, 24), f"{number}", chance.randint(1, 9)
                )
        one.publish()
        taken_over = one.curves()
        start_afresh(one.home)
        one.publish()
        assert one.curves() == taken_over
        if chance.random() < 0.5:
            one.publish()
            assert one.curves() == taken_over
