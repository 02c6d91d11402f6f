"""Work by the batch: what bounds the memory of the assets, whatever the number of files and operations."""

import ctypes
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from contextvars import copy_context
from typing import TypeVar

from assets.progress import tell

BATCH = 50
Made = TypeVar("Made")


def ahead(batches: Iterator[Made]) -> Iterator[Made]:
    """Yield each batch while a thread makes the next one: what reads and computes beside DuckDB, which writes."""
    context = copy_context()  # who listens to the progress

    def make() -> Made | None:
        return next(batches, None)

    with ThreadPoolExecutor(1) as thread:
        coming = thread.submit(context.run, make)
        while (made := coming.result()) is not None:
            coming = thread.submit(context.run, make)
            yield made


def batches(operations: list[str], stage: str, size: int = BATCH) -> Iterator[list[str]]:
    """Yield `operations` by lists of at most `size`; give back the memory of each before the next.

    `stage`: what is done with them, in French, for who is told the progress.
    """
    for first in range(0, len(operations), size):
        tell(stage, first, len(operations), "opérations")
        yield operations[first : first + size]
        _give_back_freed_memory()


def _give_back_freed_memory() -> None:
    """Return to the system what glibc keeps of freed arrays: 100 MB more after each batch; nothing to do elsewhere."""
    with suppress(OSError, AttributeError):
        ctypes.CDLL(None).malloc_trim(0)
