"""Operations by the batch: what bounds the memory of the assets that compute, whatever the number of operations."""

import ctypes
from collections.abc import Iterator
from contextlib import suppress

from assets.progress import tell

BATCH = 50


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
