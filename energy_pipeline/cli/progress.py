"""How far a run is: a bar on a terminal, a line from time to time elsewhere."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

from energy_pipeline import french

if TYPE_CHECKING:
    from assets import progress

PAUSE_S = 10.0
"""At least between two lines."""


def _counted(told: "progress.Progress") -> str:
    """Return `150 / 1 500 opérations`, `2 000 fichiers` while the total is not known, or nothing."""
    if not told.unit:
        return ""
    of_total = f" / {french.number(told.total)}" if told.total is not None else ""
    return f"{french.number(told.done)}{of_total} {told.unit}"


def _bar(bars: Progress) -> Callable[["progress.Progress"], None]:
    shown: dict[str, TaskID] = {}

    def show(told: "progress.Progress") -> None:
        if told.stage not in shown:
            for stage in list(shown):
                bars.remove_task(shown.pop(stage))
            shown[told.stage] = bars.add_task(told.stage, total=told.total, counted="")
        bars.update(shown[told.stage], completed=told.done, counted=_counted(told), refresh=True)

    return show


def _lines(console: Console, pause_s: float) -> Callable[["progress.Progress"], None]:
    last = time.monotonic()

    def show(told: "progress.Progress") -> None:
        nonlocal last
        if time.monotonic() - last >= pause_s:
            counted = _counted(told) if told.done else ""
            console.print(f"{told.stage} : {counted}" if counted else f"{told.stage}…", markup=False, soft_wrap=True)
            last = time.monotonic()

    return show


@contextmanager
def shown(console: Console, pause_s: float = PAUSE_S) -> Iterator[Callable[["progress.Progress"], None]]:
    """Give what shows the progress of a run on `console`; the bar leaves no trace."""
    if not console.is_terminal:
        yield _lines(console, pause_s)
        return
    columns = (
        TextColumn("{task.description}"), BarColumn(), TextColumn("{task.fields[counted]}"), TimeElapsedColumn()
    )  # fmt: skip
    with Progress(*columns, console=console, transient=True, refresh_per_second=2) as bars:
        yield _bar(bars)
