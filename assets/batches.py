"""Operations by the batch: what bounds the memory of the assets that compute, whatever the number of operations."""

import ctypes
from collections.abc import Iterator
from contextlib import suppress

BATCH = 50


def batches(operations: list[str], size: int = BATCH) -> Iterator[list[str]]:
    """Yield `operations` by lists of at most `size`; give back the memory of each before the next."""
    for first in range(0, len(operations), size):
        yield operations[first : first + size]
        _give_back_freed_memory()


def _give_back_freed_memory() -> None:
    """Return to the system what glibc keeps of freed arrays: 100 MB more after each batch; nothing to do elsewhere."""
    with suppress(OSError, AttributeError):
        ctypes.CDLL(None).malloc_trim(0)
