"""Reading of load curves: our reader beside Polars on the same bytes in one buffer, which checks nothing."""

import io
import statistics
from datetime import date

import numpy as np
import polars as pl

from bench.lines import Line, at_least, durations
from energy_pipeline.formats import cdc_batch
from energy_pipeline.formats.model import Reading
from energy_pipeline.periods import grid

LIMIT = 0.6
START, END = date(2025, 9, 1), date(2025, 9, 30)
BOM = b"\xef\xbb\xbf"
LAYOUTS = {
    "with a mark and closed lines (Enedis)": (BOM, ";", "\n"),
    "plain": (b"", "", "\n"),
    "with the lines of Windows": (b"", ";", "\r\n"),
}


def curves(files: int, mark: bytes, close: str, newline: str) -> list[tuple[str, bytes]]:
    """Return (name, content) of fictitious curves of a month in quarter-hours."""
    labels = [f"{hour:%d/%m/%Y %H:%M}" for hour in grid.local_hours(START, END)]
    watts = np.random.default_rng(2025).integers(0, 20_000, (files, len(labels), 4))
    return [
        (
            f"{30001000000000 + number}_{START:%d%m%Y}_{END:%d%m%Y}_Conso_CDC.csv",
            mark + "".join(
                f"{label};{';'.join(map(str, row))}{close}{newline}"
                for label, row in zip(labels, own.tolist(), strict=True)
            ).encode(),
        )
        for number, own in enumerate(watts)
    ]  # fmt: skip


def _line(layout: str, files: list[tuple[str, bytes]], is_closed: bool, runs: int) -> Line:
    joined = b"".join(content for _, content in files)
    schema: dict[str, pl.DataType] = {"label": pl.String(), **{f"v{place}": pl.Int32() for place in range(4)}}
    if is_closed:
        schema["end"] = pl.String()

    def ours() -> None:
        assert all(isinstance(reading, Reading) for reading in cdc_batch.read_many(files))

    def polars() -> None:
        pl.read_csv(io.BytesIO(joined), separator=";", has_header=False, schema=schema)

    taken, reference = durations([ours, polars], runs)
    ratio = statistics.median(other / own for own, other in zip(taken, reference, strict=True))
    speed = len(joined) / 1e6 / statistics.median(taken)
    line = at_least(f"{layout}: ours / Polars", ratio, LIMIT)
    return Line(line.what, f"{line.measured} ({speed:.0f} MB/s)", line.target, line.is_met)


def measure(tiny: bool) -> list[Line]:
    """Return the ratio of speeds for each layout of the files."""
    files, runs = (20, 1) if tiny else (1400, 9)
    return [
        _line(layout, curves(files, mark, close, newline), bool(close) or newline == "\r\n", runs)
        for layout, (mark, close, newline) in LAYOUTS.items()
    ]
