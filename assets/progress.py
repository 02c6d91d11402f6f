"""How far a run is: told by the assets as they work, heard by the command that launched them, if any."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass


@dataclass(frozen=True)
class Progress:
    """What a stage has done, in French: `total` is None while not known, `unit` is empty where nothing is counted."""

    stage: str
    done: int
    total: int | None
    unit: str


Listener = Callable[[Progress], None]
_LISTENER: ContextVar[Listener | None] = ContextVar("listener", default=None)


def tell(stage: str, done: int = 0, total: int | None = None, unit: str = "") -> None:
    """Tell how far a stage is to who listens; nobody does under the daemon, whose log says the same."""
    if listener := _LISTENER.get():
        listener(Progress(stage, done, total, unit))


@contextmanager
def heard(listener: Listener) -> Iterator[None]:
    """Have `listener` called with what is told in the block."""
    token = _LISTENER.set(listener)
    try:
        yield
    finally:
        _LISTENER.reset(token)
