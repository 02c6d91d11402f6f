"""Thousands of load curves at once: the perfectly regular ones in one Polars pass over their joined bytes.

A file is regular when each hour of its period stands once, in order, with 2 or 4 whole numbers of possible watts: the
same reading as `cdc.read` gives, many times faster. Any other file goes to `cdc.read`.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date
from functools import lru_cache, partial

import numpy as np
import polars as pl

from energy_pipeline.formats import cdc, names
from energy_pipeline.formats.model import BadFile, Reading
from energy_pipeline.formats.names import Name
from energy_pipeline.periods import grid

_BOM = b"\xef\xbb\xbf"
_NEWLINE = ord("\n")

CHUNK_BYTES = 8 << 20

_Shape = tuple[int, bool]
"""Values per row, and whether a row ends with the separator."""


@dataclass(frozen=True)
class _Candidate:
    """A file that may be regular: its place in the batch, its lines, the last one ended."""

    position: int
    parsed: Name
    lines: bytes | memoryview
    rows: int
    period: tuple[date, date]


@lru_cache(maxsize=64)
def _labels(start: date, end: date) -> pl.Series:
    """Return the labels that a regular file of the period has, in order."""
    return pl.Series([f"{hour:%d/%m/%Y %H:%M}" for hour in grid.local_hours(start, end)], dtype=pl.String)


def _candidate(position: int, name: str, content: bytes) -> tuple[_Shape, _Candidate] | None:
    """Return the candidate and the shape of its first row, or None for a file that cannot be regular."""
    parsed = names.parse(name)
    try:
        period = cdc.check_name(parsed)
    except BadFile:
        return None
    if not content.endswith(b"\n"):
        content += b"\n"
    first = content[: content.index(b"\n")].removesuffix(b"\r")
    is_closed = first.endswith(b";")
    width = first.count(b";") - is_closed
    if width not in (2, 4):
        return None
    lines = memoryview(content)[len(_BOM) :] if content.startswith(_BOM) else content
    rows = np.count_nonzero(np.frombuffer(content, dtype=np.uint8) == _NEWLINE)  # a third of the time of bytes.count
    return (width, is_closed), _Candidate(position, parsed, lines, int(rows), period)


def _is_even(candidate: _Candidate, shape: _Shape) -> bool:
    """Whether no line can be blank or have a cell too many: with the right total, another would have one too few."""
    lines, (width, is_closed) = bytes(candidate.lines), shape
    return (
        b"\n\n" not in lines
        and b"\n\r\n" not in lines
        and not lines.startswith((b"\n", b"\r\n"))
        and lines.count(b";") == candidate.rows * (width + is_closed)
    )


def _table(candidates: Sequence[_Candidate], shape: _Shape) -> pl.DataFrame | None:
    """Return the joined lines as a table, a cell that is no whole number as NULL; None if a line has too many cells.

    Polars drops the CR that ends a cell, as `cdc.read` does.
    """
    width, is_closed = shape
    schema: dict[str, pl.DataType] = {"label": pl.String(), **{f"v{column}": pl.Int32() for column in range(width)}}
    if is_closed:
        schema["end"] = pl.String()
    joined = b"".join(candidate.lines for candidate in candidates)
    read = partial(pl.read_csv, joined, separator=";", has_header=False, schema=schema, quote_char=None)
    try:
        return read()
    except pl.exceptions.PolarsError:
        # A cell is no whole number, a line too long or no text: slower, and only as often as files are odd.
        try:
            return read(ignore_errors=True, encoding="utf8-lossy")
        except pl.exceptions.PolarsError:
            return None


def _parse(candidates: Sequence[_Candidate], shape: _Shape) -> Iterable[tuple[int, Reading]]:
    """Yield (position, reading) of the candidates that prove regular."""
    table = _table(candidates, shape)
    # Counted file by file: a row too many in one would else be taken for the row that the next has not.
    counts = np.array([candidate.rows for candidate in candidates])
    if table is None or table.height != counts.sum():
        even = [candidate for candidate in candidates if _is_even(candidate, shape)]
        if len(even) < len(candidates):
            yield from _parse(even, shape) if even else ()
        return
    is_whole = counts == [len(_labels(*candidate.period)) for candidate in candidates]
    labels = pl.concat(
        [
            _labels(*candidate.period) if whole else pl.Series([None], dtype=pl.String).new_from_index(0, int(count))
            for candidate, whole, count in zip(candidates, is_whole, counts, strict=True)
        ]
    )
    numbers = [f"v{column}" for column in range(shape[0])]
    is_regular_row = table.select(
        regular=(pl.col("label") == labels)
        & pl.all_horizontal(pl.col(column).is_between(0, cdc.MOST_WATTS) for column in numbers)
        & ((pl.col("end").is_null() | (pl.col("end") == "")) if shape[1] else True)
    )["regular"].fill_null(False).to_numpy()  # fmt: skip
    ends = np.cumsum(counts)
    starts = ends - counts
    is_regular = np.logical_and.reduceat(is_regular_row, starts)
    watts = np.empty((table.height, len(numbers)), dtype=np.float32)
    for place, column in enumerate(numbers):
        watts[:, place] = table[column]
    for candidate, start, end, regular in zip(candidates, starts, ends, is_regular, strict=True):
        if regular:
            flat = watts[start:end].reshape(-1)
            yield candidate.position, cdc.reading(candidate.parsed, flat, 60 // shape[0])


def _chunks(files: Sequence[tuple[str, bytes]]) -> Iterator[tuple[_Shape, list[_Candidate]]]:
    """Yield the candidates by shape and by about `CHUNK_BYTES`."""
    by_shape: dict[_Shape, list[_Candidate]] = defaultdict(list)
    sizes: dict[_Shape, int] = defaultdict(int)
    for position, (name, content) in enumerate(files):
        if (found := _candidate(position, name, content)) is None:
            continue
        shape, candidate = found
        by_shape[shape].append(candidate)
        sizes[shape] += len(candidate.lines)
        if sizes[shape] >= CHUNK_BYTES:
            yield shape, by_shape.pop(shape)
            sizes[shape] = 0
    yield from by_shape.items()


def read_many(files: Sequence[tuple[str, bytes]]) -> list[Reading | BadFile]:
    """Read a batch of (name, content): for each, in order, its Reading or the reason why it is refused."""
    regular: dict[int, Reading] = {}
    # While Polars reads a chunk, Python prepares others and checks what was read.
    with ThreadPoolExecutor(max_workers=4) as pool:
        for found in pool.map(lambda chunk: dict(_parse(chunk[1], chunk[0])), _chunks(files)):
            regular |= found
    return [regular.get(position) or _tolerant(name, content) for position, (name, content) in enumerate(files)]


def _tolerant(name: str, content: bytes) -> Reading | BadFile:
    try:
        return cdc.read(name, content)
    except BadFile as refusal:
        return refusal
