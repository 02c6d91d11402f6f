"""Fifty readers while publications replace one another, some killed midway: none waits, fails or sees half of one."""

import itertools
import multiprocessing
import os
import random
import signal
import threading
import time
from datetime import UTC, datetime
from multiprocessing.queues import Queue
from multiprocessing.synchronize import Event
from pathlib import Path

import duckdb
import polars as pl
import pytest

from energy_pipeline import warehouse
from energy_pipeline.publication import publish
from energy_pipeline.settings import Home
from energy_pipeline.tables import ALL_TABLES, marts

PROCESSES, THREADS = 5, 10
OPERATIONS = 2000
SLOWEST_SECONDS = 10
"""Of one reading, however busy the machine."""
SPAWN = multiprocessing.get_context("spawn")
WHOLE = """
    SELECT run_id, (SELECT count(*) FROM marts.operation), (SELECT count(*) FROM marts.price),
        (SELECT count(*) FROM marts.operation WHERE name <> run_id),
        (SELECT count(*) FROM marts.price WHERE file_id <> run_id)
    FROM marts.publication
"""
"""A publication is whole when both marts have all their rows, and those of the run that it names."""

OF_PARQUET = "SELECT count(*), count(DISTINCT name) FROM read_parquet('{}/operation.parquet')"


def fill(home: Home, run_id: str) -> None:
    """Write in the private warehouse what a run computes: rows that all bear the number of the run."""
    with warehouse.connect(home.warehouse) as connection:
        warehouse.create(connection, ALL_TABLES)
        with warehouse.transaction(connection):
            connection.execute("DELETE FROM marts.operation; DELETE FROM marts.price")
            connection.execute(
                f"""INSERT INTO marts.operation (operation_id, name, key_type)
                SELECT format('ACC{{:08d}}', range), $run, 'static' FROM range({OPERATIONS})""",
                {"run": run_id},
            )
            connection.execute(
                f"""INSERT INTO marts.price (file_id, line, price, valid_from, value, received_at, path)
                SELECT $run, range + 1, 'local_price', DATE '2025-01-01', 0.1, now(), 'prices.csv'
                FROM range({OPERATIONS})""",
                {"run": run_id},
            )


def publish_on_and_on(root: Path, first: int) -> None:
    home = Home(root)
    for number in itertools.count(first):
        fill(home, f"run-{number}")
        publish(home, run_id=f"run-{number}", published_at=datetime.now(UTC), version="0")


def read_on_and_on(path: Path, over: Event, told: "Queue[tuple[int, float, set[str], list[str]]]") -> None:
    """Read from ten threads until told to stop; tell the readings, the slowest, the runs seen, and what was wrong."""
    readings, slowest, runs, wrong = [0], [0.0], set(), []

    def reader() -> None:
        while not over.is_set():
            started = time.monotonic()
            try:
                with duckdb.connect(str(path), read_only=True) as connection:
                    run, *counts = connection.execute(WHOLE).fetchall()[0]
                    parquet = connection.execute(OF_PARQUET.format(path.parent)).fetchall()[0]
                if counts != [OPERATIONS, OPERATIONS, 0, 0] or parquet != (OPERATIONS, 1):
                    wrong.append(f"{run}: {counts}, parquet {parquet}")
                if len(together := runs_of_one_version(path.parent)) > 1:
                    wrong.append(f"a mixture: {together}")
                runs.add(run)
            except Exception as error:
                wrong.append(repr(error))
            readings[0] += 1
            slowest[0] = max(slowest[0], time.monotonic() - started)
            time.sleep(0.5)

    threads = [threading.Thread(target=reader) for _ in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    told.put((readings[0], slowest[0], runs, wrong[:5]))


def runs_of_one_version(publication: Path) -> set[str]:
    """Return the runs that several Parquet files name, opened one after the other in the version that holds."""
    version = (publication / "current").resolve()
    seen = set(pl.read_parquet(version / "publication.parquet")["run_id"])
    for mart, column in (("operation", "name"), ("price", "file_id")):
        time.sleep(0.02)
        try:
            seen |= set(pl.read_parquet(version / f"{mart}.parquet")[column])
        except FileNotFoundError:  # two publications came meanwhile: said, never a mixture
            break
    return seen


def test_fifty_readers_while_publications_replace_one_another(tmp_path: Path):
    home = Home(tmp_path / "home").create()
    fill(home, "run-0")
    publish(home, run_id="run-0", published_at=datetime.now(UTC), version="0")
    over, told = SPAWN.Event(), SPAWN.Queue()
    readers = [SPAWN.Process(target=read_on_and_on, args=(home.publication, over, told)) for _ in range(PROCESSES)]
    for process in readers:
        process.start()
    chance = random.Random(3)
    for life in range(1, 4):
        publisher = SPAWN.Process(target=publish_on_and_on, args=(home.root, 1000 * life))
        publisher.start()
        deadline = time.monotonic() + 120
        while not present(home).startswith(f"run-{life}") and time.monotonic() < deadline:
            time.sleep(0.1)
        time.sleep(1 + chance.random())
        assert publisher.pid is not None
        os.kill(publisher.pid, signal.SIGKILL)
        publisher.join()
        assert present(home).startswith(f"run-{life}")
    over.set()
    results = [told.get(timeout=60) for _ in readers]
    for process in readers:
        process.join()
    assert not [fault for *_, wrong in results for fault in wrong]
    assert len(set().union(*(runs for _, _, runs, _ in results))) >= 3
    assert max(slowest for _, slowest, _, _ in results) < SLOWEST_SECONDS


def present(home: Home) -> str:
    with duckdb.connect(str(home.publication), read_only=True) as connection:
        [[run]] = connection.execute("SELECT run_id FROM marts.publication").fetchall()
        return run


def test_a_reader_open_across_a_publication_keeps_the_one_it_opened(tmp_path: Path):
    home = Home(tmp_path / "home").create()
    script = (
        "import duckdb, sys; c = duckdb.connect(sys.argv[1], read_only=True); print(flush=True); input();"
        f"print(c.execute({WHOLE!r}).fetchall()[0])"
    )
    import subprocess
    import sys

    fill(home, "run-1")
    publish(home, run_id="run-1", published_at=datetime.now(UTC), version="0")
    with subprocess.Popen(
        [sys.executable, "-c", script, str(home.publication)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as reader:
        assert reader.stdout
        reader.stdout.readline()
        fill(home, "run-2")
        publish(home, run_id="run-2", published_at=datetime.now(UTC), version="0")
        seen, _ = reader.communicate("\n", timeout=60)
    assert seen.strip() == str(("run-1", OPERATIONS, OPERATIONS, 0, 0))
    assert present(home) == "run-2"


def test_a_publication_of_the_earlier_layout_or_a_copy_that_followed_links_is_taken_over(tmp_path: Path):
    home = Home(tmp_path / "home").create()
    for name in ("curve.parquet", "current"):
        (home.publication.parent / name).mkdir()
    for name in ("energy.duckdb", "operation.parquet", "curve.parquet/2025-09.parquet", "current/operation.parquet"):
        (home.publication.parent / name).write_bytes(b"old")
    (home.publication.parent / "gone.parquet").symlink_to("current/gone.parquet")
    for number in (1, 2, 3):
        fill(home, f"run-{number}")
        publish(home, run_id=f"run-{number}", published_at=datetime.now(UTC), version="0")
        assert present(home) == f"run-{number}" and runs_of_one_version(home.publication.parent) == {f"run-{number}"}
    links = {path.name for path in home.publication.parent.iterdir() if path.is_symlink()}
    assert links == {"current", "energy.duckdb", "echeances.ics", *(f"{table.name}.parquet" for table in marts.TABLES)}
    assert len(list((home.publication.parent / "versions").iterdir())) == 2  # the present one, and the one before


def test_the_publication_stays_what_it_was_when_what_is_published_fails(tmp_path: Path):
    home = Home(tmp_path / "home").create()
    fill(home, "run-1")
    publish(home, run_id="run-1", published_at=datetime.now(UTC), version="0")
    before = {path: path.read_bytes() for path in home.publication.parent.rglob("*") if path.is_file()}
    with duckdb.connect(str(home.warehouse)) as connection:
        connection.execute(f"DROP TABLE marts.{marts.TABLES[-2].name}")
    with pytest.raises(duckdb.Error):
        publish(home, run_id="run-2", published_at=datetime.now(UTC), version="0")
    after = {path: path.read_bytes() for path in home.publication.parent.rglob("*") if path.is_file()}
    assert {path: after.get(path) for path in before} == before
