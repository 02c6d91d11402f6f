"""Lines of the tables that the benchmark prints, and how durations are taken."""

import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

Work = Callable[[], object]
Clock = Callable[[], float]


@dataclass(frozen=True)
class Line:
    """A figure, with its target where it has one."""

    what: str
    measured: str
    target: str = ""
    is_met: bool | None = None

    @property
    def verdict(self) -> str:
        """What is said of the target."""
        return {True: "met", False: "MISSED", None: ""}[self.is_met]


@dataclass(frozen=True)
class Part:
    """A table: its name on the command line, its title, and what measures it; `tiny` tries the code in seconds."""

    name: str
    title: str
    measure: Callable[[bool], Sequence[Line]]


def at_least(what: str, value: float, limit: float, unit: str = "") -> Line:
    """Return a line whose value is to be `limit` or more."""
    return Line(what, f"{value:.3g}{unit}", f"≥ {limit:g}{unit}", value >= limit)


def below(what: str, value: float, limit: float, unit: str) -> Line:
    """Return a line whose value is to be less than `limit`."""
    return Line(what, f"{value:.3g}{unit}", f"< {limit:g}{unit}", value < limit)


def durations(works: Sequence[Work], runs: int, clock: Clock = time.perf_counter) -> list[list[float]]:
    """Return the seconds of each run of each work, by turns: what slows the machine slows them all.

    A first run of each does not count. `clock`: `time.process_time` for a work of one core, whatever else runs.
    """
    for work in works:
        work()
    taken: list[list[float]] = [[] for _ in works]
    for _ in range(runs):
        for work, own in zip(works, taken, strict=True):
            start = clock()
            work()
            own.append(clock() - start)
    return taken


def median_seconds(work: Work, runs: int) -> float:
    """Return the median duration of `runs` runs on one core, after one that does not count."""
    [taken] = durations([work], runs, time.process_time)
    return statistics.median(taken)
