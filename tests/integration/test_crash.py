"""Whatever befalls a run (killed, disk full, another run, another zone, a damaged warehouse), the next one mends.

`CRASHES=100 pytest tests/integration/test_crash.py` kills at more moments, each followed by its own rerun.
"""

import hashlib
import os
import random
import shutil
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pytest

from energy_pipeline.demo.generate import generate
from tests.forked_runs import Outcome, Runs, forking, shared

CRASHES = int(os.environ.get("CRASHES", "0"))


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def published(home: Path) -> dict[str, object]:
    """Return all that readers see: rows of each mart in the database and in Parquet, bytes of the reports."""
    seen: dict[str, object] = {}
    publication = home / "publication"
    with duckdb.connect(str(publication / "energy.duckdb"), read_only=True) as connection:
        for (name,) in connection.execute("SELECT table_name FROM duckdb_tables()").fetchall():
            if name == "publication":  # the run and its hour
                continue
            seen[name] = sorted(map(repr, connection.execute(f"SELECT * FROM marts.{name}").fetchall()))
            parquet = publication / f"{name}.parquet"
            source = f"{parquet}/*.parquet" if parquet.is_dir() else str(parquet)
            if parquet.is_file() or any(parquet.glob("*.parquet")):
                rows = connection.execute(f"SELECT * FROM read_parquet('{source}')").fetchall()
                assert sorted(map(repr, rows)) == seen[name], name
    for folder in (home / "reports", home / "quarantine"):
        files = (path for path in folder.rglob("*") if path.is_file() and path.name != "qualite.html")  # tells the hour
        seen |= {str(path.relative_to(home)): digest(path) for path in files}
    return seen


@dataclass(frozen=True)
class Reference:
    """A run that nothing befell."""

    runs: Runs
    inbox: Path
    home: Path
    outcome: Outcome
    publication: dict[str, object]


@pytest.fixture(scope="module")
def reference(tmp_path_factory: pytest.TempPathFactory) -> Reference:
    folder = tmp_path_factory.mktemp("crash")
    inbox, home = folder / "inbox", folder / "home"
    generate(inbox, operations=1, consumers=2, producers=1, months=1)
    (inbox / "inconnu.csv").write_text("rien;de\nconnu;ici\n")
    runs = shared()
    outcome = runs.run(inbox, home)
    assert outcome.code == 3, outcome.said
    return Reference(runs, inbox, home, outcome, published(home))


def is_mended(reference: Reference, home: Path) -> None:
    """Assert that a rerun gives what a run that nothing befell gives, and leaves nothing behind."""
    rerun = reference.runs.run(reference.inbox, home)
    assert rerun.code == 3, rerun.said
    assert published(home) == reference.publication
    left = [path for path in home.rglob("*") if path.suffix in (".tmp", ".partial", ".wal")]
    assert not [path for path in left if "dagster" not in path.parts], left


def moments(reference: Reference, number: int) -> list[float]:
    chance = random.Random(7)
    return [reference.outcome.seconds * (place + chance.random()) / number for place in range(number)]


def test_killed_three_times_then_run_to_its_end(reference: Reference, tmp_path: Path):
    home = tmp_path / "home"
    for after in moments(reference, 3):
        assert reference.runs.run(reference.inbox, home, kill_after=after).code in (-9, 3)
    is_mended(reference, home)
    assert no_run_is_left_going_on(home)


def no_run_is_left_going_on(home: Path) -> bool:
    import sqlite3

    with sqlite3.connect(home / "dagster" / "history" / "runs.db") as connection:
        return not connection.execute(
            "SELECT 1 FROM runs WHERE status IN ('STARTED', 'STARTING', 'NOT_STARTED')"
        ).fetchall()


@pytest.mark.skipif(not CRASHES, reason="CRASHES=100 to kill at many moments")
def test_killed_at_any_moment(reference: Reference, tmp_path: Path):
    for number, after in enumerate(moments(reference, CRASHES)):
        home = tmp_path / f"home{number}"
        reference.runs.run(reference.inbox, home, kill_after=after)
        is_mended(reference, home)
        shutil.rmtree(home)


def test_killed_while_publishing_again_the_old_publication_stays(reference: Reference, tmp_path: Path):
    home = tmp_path / "home"
    shutil.copytree(reference.home, home, symlinks=True)
    shutil.rmtree(home / "warehouse")
    killed = reference.runs.run(reference.inbox, home, kill_after=reference.outcome.seconds / 2)
    assert killed.code in (-9, 3)
    assert published(home) == reference.publication


@pytest.mark.parametrize("file_bytes", [30_000, 400_000, 3_000_000])
def test_a_full_disk_is_said_and_nothing_is_half_published(reference: Reference, tmp_path: Path, file_bytes: int):
    home = tmp_path / "home"
    shutil.copytree(reference.home, home, symlinks=True)
    shutil.rmtree(home / "warehouse")
    full = reference.runs.run(reference.inbox, home, file_bytes=file_bytes)
    assert full.code == 1, full.said
    assert "Le disque est plein" in full.said and "Traceback" not in full.said
    assert published(home) == reference.publication


def test_a_second_run_is_told_to_wait(reference: Reference, tmp_path: Path):
    home = tmp_path / "home"
    with forking() as others:
        others.start(reference.inbox, home)
        lock = home / "warehouse" / "run.lock"
        while not lock.exists():
            pass
        second = reference.runs.run(reference.inbox, home)
        assert others.end().code == 3
    assert second.code == 1, second.said
    assert "Un traitement est déjà en cours" in second.said and "Traceback" not in second.said
    assert published(home) == reference.publication


def test_another_time_zone_and_umask_publish_the_same(reference: Reference, tmp_path: Path):
    home = tmp_path / "home"
    elsewhere = reference.runs.run(reference.inbox, home, time_zone="Asia/Tokyo", umask=0)
    assert elsewhere.code == 3, elsewhere.said
    assert published(home) == reference.publication
    permissions_are_right(home)


def test_permissions_hold_whatever_the_umask(reference: Reference, tmp_path: Path):
    permissions_are_right(reference.home)
    home = tmp_path / "home"
    assert reference.runs.run(reference.inbox, home, umask=0o077).code == 3
    permissions_are_right(home)


def permissions_are_right(home: Path) -> None:
    """Publication and reports readable by the group, the rest by the owner only, nothing by others."""

    def mode(path: Path) -> int:
        return path.stat().st_mode & 0o777

    assert mode(home) == 0o750
    for folder in (home / "publication", home / "reports"):
        for path in (folder, *folder.rglob("*")):
            assert mode(path) == (0o750 if path.is_dir() else 0o640), path
    for private in set(home.iterdir()) - {home / "publication", home / "reports"}:
        assert mode(private) & 0o077 == 0, private


def damaged(reference: Reference, folder: Path, place: str) -> Path:
    """Return a copy of the home whose private warehouse is damaged."""
    home = folder / "home"
    shutil.copytree(reference.home, home, symlinks=True)
    warehouse = home / "warehouse" / "energy.duckdb"
    content = bytearray(warehouse.read_bytes())
    match place:
        case "start":
            content[:4096] = os.urandom(4096)
        case "middle":
            content[len(content) // 2 :] = bytes(len(content) - len(content) // 2)
        case _:
            content[20_000::1000] = b"\xa5" * len(content[20_000::1000])
    warehouse.write_bytes(content)
    return home


@pytest.mark.parametrize("place", ["start", "middle", "everywhere"])
def test_a_damaged_warehouse_is_said_and_what_is_published_stays(reference: Reference, tmp_path: Path, place: str):
    home = damaged(reference, tmp_path, place)
    run = reference.runs.run(reference.inbox, home)
    assert run.code == 1, run.said
    assert "run --rebuild" in run.said and "Traceback" not in run.said
    assert published(home) == reference.publication


def test_a_damaged_warehouse_is_rebuilt_by_one_command(reference: Reference, tmp_path: Path):
    home = damaged(reference, tmp_path, "everywhere")
    rebuilt = reference.runs.run(reference.inbox, home, options="--rebuild")
    assert rebuilt.code == 3, rebuilt.said
    assert published(home) == reference.publication
