"""Operations by the batch: what bounds the memory of the assets that compute, whatever the number of operations."""

from collections.abc import Iterator

BATCH = 50


def batches(operations: list[str], size: int = BATCH) -> Iterator[list[str]]:
    """Yield `operations` by lists of at most `size`."""
    for first in range(0, len(operations), size):
        yield operations[first : first + size]
