"""A whole month, from files to publication, by the command that users run: time, memory, growth with the operations."""

import os
import re
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import dagster as dg

from bench.lines import Line, below
from energy_pipeline import warehouse
from energy_pipeline.tables import landing

CONSUMERS, PRODUCERS = 12, 2
MONTH_LIMIT_S, MEMORY_LIMIT_GIB, MORE_LIMIT_S = 300.0, 4.0, 10.0
MOST_GROWTH = 1.1
"""Most that the time of an operation may grow by, when there are ten times as many, for a time called linear."""
STAGES = 6
"""Stages of a run that are told: the longest."""
PAUSE_S = 0.5
DONE = (0, 3)
"""Exit codes: 3 since the demo has a broken file."""


@dataclass(frozen=True)
class Run:
    """A run of the pipeline: seconds until the publication was in place, and in all; memory of all its processes."""

    published_s: float | None
    whole_s: float
    peak_gib: float


def _command(*arguments: str | Path) -> list[str]:
    return [str(Path(sys.executable).with_name("energy-pipeline")), *map(str, arguments)]


def _environment() -> dict[str, str]:
    """Return the environment without what holds the other parts of the benchmark on one core."""
    return {name: value for name, value in os.environ.items() if not name.endswith("_NUM_THREADS")}


def _processes(root: int) -> list[int]:
    """Return a process and all those that it started."""
    try:
        tasks = list(Path(f"/proc/{root}/task").iterdir())
        children = [int(child) for task in tasks for child in (task / "children").read_text().split()]
    except OSError:
        return []
    return [root, *(below for child in children for below in _processes(child))]


def _memory_gib(root: int) -> float:
    """Return the memory of a process and of those that it started; pages that several share count once in all."""
    kib = 0
    for process in _processes(root):
        try:
            told = Path(f"/proc/{process}/smaps_rollup").read_text(encoding="ascii")
        except OSError:
            continue
        if found := re.search(r"^Pss: +(\d+) kB", told, re.MULTILINE):
            kib += int(found[1])
    return kib / 2**20


def _run(inbox: Path, home: Path, *, only_publish: bool = False) -> Run:
    """Run the pipeline; `only_publish`: end it once the publication is in place, before the reports."""
    current = home / "publication" / "current"
    before = current.readlink() if current.is_symlink() else None
    peak, published = 0.0, None
    with tempfile.TemporaryFile() as told:
        start = time.time()
        command = _command("run", "--inbox", inbox, "--home", home)
        process = subprocess.Popen(command, env=_environment(), stdout=told, stderr=subprocess.STDOUT)
        while process.poll() is None:
            peak = max(peak, _memory_gib(process.pid))
            if published is None and current.is_symlink() and current.readlink() != before:
                published = current.lstat().st_mtime - start
                if only_publish:
                    process.terminate()
            time.sleep(PAUSE_S)
        whole = time.time() - start
        if process.returncode not in DONE and not (only_publish and published):
            told.seek(0)
            raise RuntimeError(told.read().decode())
    return Run(published, whole, peak)


def _stages(home: Path) -> list[tuple[str, float]]:
    """Return the seconds of each step of the first runs in a home, landing and month: the longest first."""
    seconds: dict[str, float] = {}
    with dg.DagsterInstance.from_config(str(home / "dagster")) as instance:
        for record in list(instance.get_run_records())[-2:]:
            for step in instance.get_run_step_stats(record.dagster_run.run_id):
                if step.start_time and step.end_time:
                    seconds[step.step_key] = step.end_time - step.start_time
    return sorted(seconds.items(), key=lambda stage: -stage[1])


def _inbox(folder: Path, operations: int, consumers: int, producers: int) -> Path:
    inbox = folder / f"inbox_{operations}"
    sizes = ("--operations", str(operations), "--consumers", str(consumers), "--producers", str(producers))
    subprocess.run(
        _command("demo", "--out", inbox, *sizes, "--months", "1"),
        env=_environment(), check=True, stdout=subprocess.DEVNULL,
    )  # fmt: skip
    return inbox


def _publish_again(inbox: Path) -> None:
    """Drop one more file: a curve of the first operation as Enedis would send it again, one value changed."""
    curve = min(inbox.rglob("*Conso_CDC.csv"))
    lines = curve.read_bytes().splitlines(keepends=True)
    lines[300] = re.sub(rb";\d+;", b";1234;", lines[300], count=1)
    folder = curve.parent.with_name(f"{curve.parent.name}_rectification")
    folder.mkdir()
    (folder / curve.name).write_bytes(b"".join(lines))


def _forget_pending(home: Path) -> None:
    """Take the reports of the home as written: the runs that follow start from there, as they would."""
    with warehouse.connect(home / "warehouse" / "energy.duckdb", holds_arrays=True) as connection:
        warehouse.delete(connection, landing.PENDING_MONTH)


def _measured(inbox: Path, home: Path, name: str, *, only_publish: bool) -> tuple[list[Line], float]:
    """Return the lines of an inbox, and the seconds of its first run until the publication."""
    first = _run(inbox, home, only_publish=only_publish)
    stages = _stages(home)
    if only_publish:
        _forget_pending(home)
    nothing_new = _run(inbox, home)
    _publish_again(inbox)
    one_more = _run(inbox, home, only_publish=only_publish)
    if first.published_s is None or one_more.published_s is None:
        raise RuntimeError(f"{name}: nothing was published")
    lines = [
        below(f"{name}: files to publication", first.published_s, MONTH_LIMIT_S, " s"),
        below(f"{name}: peak memory of all processes", first.peak_gib, MEMORY_LIMIT_GIB, " GiB"),
        *(Line(f"{name}: of which {stage}", f"{seconds:.3g} s") for stage, seconds in stages[:STAGES]),
        below(f"{name}: again, with nothing new", nothing_new.whole_s, MORE_LIMIT_S, " s"),
        below(f"{name}: one more file, to publication", one_more.published_s, MORE_LIMIT_S, " s"),
    ]
    if not only_publish:
        lines.append(Line(f"{name}: first run, reports and mails included", f"{first.whole_s:.3g} s"))
    return lines, first.published_s


def measure(tiny: bool) -> list[Line]:
    """Return time and memory for each number of operations, then how the time grows with it.

    The runs of the greater number end with the publication: the reports, one by one, take the longest.
    """
    few, many = (1, 2) if tiny else (150, 1500)
    consumers, producers = (2, 1) if tiny else (CONSUMERS, PRODUCERS)
    lines, seconds = [], []
    for operations in (few, many):
        name = f"{operations} operations × ({consumers} + {producers})"
        with tempfile.TemporaryDirectory(prefix="bench-") as folder:
            inbox = _inbox(Path(folder), operations, consumers, producers)
            own, published = _measured(inbox, Path(folder, "home"), name, only_publish=operations == many)
        lines += own
        seconds.append(published)
    growth = seconds[1] / seconds[0] / (many / few)
    return [*lines, below(f"time per operation, {many} operations / {few}", growth, MOST_GROWTH, "")]
