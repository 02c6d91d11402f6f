"""Bytes that depend on nothing but their content, and files that bear the time at which they would have come."""

import io
import os
import zipfile
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from pathlib import Path

import xlsxwriter

from energy_pipeline.periods import grid


@dataclass(frozen=True)
class Inbox:
    """The tree being written."""

    root: Path

    def write(self, path: str, content: bytes, received: datetime) -> None:
        """Write `content` at `path` below the root, received at `received` (naive, legal time of Paris)."""
        target = self.root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)
        stamp = received.replace(tzinfo=grid.PARIS).timestamp()
        os.utime(target, (stamp, stamp))


def zipped(entries: dict[str, bytes], packed: datetime) -> bytes:
    """Return a zip of `entries` in their order, all packed at `packed` (legal time of Paris)."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, content in entries.items():
            entry = zipfile.ZipInfo(name, packed.timetuple()[:6])
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.create_system = 3
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, content, compresslevel=1)
    return buffer.getvalue()


def workbook(path_or_buffer: io.BytesIO, created: datetime) -> xlsxwriter.Workbook:
    """Return a workbook in memory whose properties bear `created`, not the time of the machine."""
    book = xlsxwriter.Workbook(path_or_buffer, {"in_memory": True})
    book.set_properties({"created": created})
    return book


def encoded(lines: list[str], newline: str = "\n", bom: bool = False, encoding: str = "utf-8") -> bytes:
    """Return `lines`, each ended by `newline`, after a byte-order mark if `bom`."""
    text = "".join(line + newline for line in lines)
    return (b"\xef\xbb\xbf" if bom else b"") + text.encode(encoding)


def french(value: float, decimals: int = 2) -> str:
    """Return `value` with a decimal comma."""
    return f"{value:.{decimals}f}".replace(".", ",")


@lru_cache(maxsize=64)
def hour_labels(start: date, end: date) -> tuple[str, ...]:
    """Return the label of each hour of the days `start` to `end`: 02:00 twice in autumn, absent in spring."""
    return tuple(f"{label:%d/%m/%Y %H:%M}" for label in grid.local_hours(start, end))


@lru_cache(maxsize=64)
def quarter_labels(start: date, end: date) -> tuple[str, ...]:
    """Return the label of each quarter-hour of the days `start` to `end`."""
    return tuple(
        f"{label + timedelta(minutes=m):%d/%m/%Y %H:%M}"
        for label in grid.local_hours(start, end)
        for m in (0, 15, 30, 45)
    )
