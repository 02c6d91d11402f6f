"""Batches made ahead: all of them, in order, one beside the one in use; what goes wrong is not lost."""

import threading
from collections.abc import Iterator

import pytest

from assets.batches import ahead, batches
from assets.progress import heard


def test_the_next_batch_is_made_while_one_is_used():
    made = [threading.Event() for _ in range(3)]

    def making() -> Iterator[int]:
        for number, event in enumerate(made):
            event.set()
            yield number

    used = []
    for number in ahead(making()):
        assert all(event.wait(10) for event in made[: number + 2])
        used.append(number)
    assert used == [0, 1, 2]


def test_what_fails_is_raised_after_what_was_made_before():
    def making() -> Iterator[int]:
        yield 1
        raise ValueError("damaged")

    used = []
    with pytest.raises(ValueError, match="damaged"):
        for number in ahead(making()):
            used.append(number)
    assert used == [1]


def test_what_makes_them_is_closed_when_their_use_fails():
    closed = threading.Event()

    def making() -> Iterator[int]:
        try:
            yield from range(5)
        finally:
            closed.set()

    def use() -> None:
        for _ in ahead(making()):
            raise ValueError("disk full")

    with pytest.raises(ValueError, match="disk full"):
        use()
    assert closed.wait(10)


def test_the_progress_of_what_is_made_ahead_is_heard():
    told = []
    with heard(told.append):
        assert len(list(ahead(batches([f"ACC{n:08d}" for n in range(120)], "Répartition")))) == 3
    assert [progress.done for progress in told] == [0, 50, 100]
