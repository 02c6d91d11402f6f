"""The seal of a report: at the end of its page, what it was written from. While it holds, nothing is written again."""

import hashlib
from dataclasses import fields, is_dataclass
from pathlib import Path

from energy_pipeline import program
from energy_pipeline.reports.rows import ReportContent

_LENGTH = 256
"""Bytes of the end of a page in which its seal is looked for."""


def seal(content: ReportContent) -> str:
    """Return the comment that ends the page of a report: it changes with the content, or with the program."""
    told = hashlib.blake2b(repr(_told(content)).encode(), digest_size=16)
    told.update(program.digest().encode())
    return f"<!-- {told.hexdigest()} -->\n"


def is_sealed(page: Path, mark: str) -> bool:
    """Whether the page stands and ends with this seal."""
    try:
        with page.open("rb") as file:
            file.seek(max(0, page.stat().st_size - _LENGTH))
            return file.read().endswith(mark.encode())
    except FileNotFoundError:
        return False


def _told(value: object) -> object:
    """Return a value as plain tuples, its numbers as far as they mean something.

    Sums of many steps differ by their last digits from one run to the next.
    """
    if isinstance(value, float):
        return f"{value:.9g}"
    if is_dataclass(value):
        return tuple(_told(getattr(value, field.name)) for field in fields(value))
    if isinstance(value, tuple | list):
        return tuple(map(_told, value))
    return value
