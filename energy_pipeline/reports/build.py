"""The reports of a month, written beside one another: `<out>/<YYYY-MM>/<operation>/rapport.html`, `.pdf`, `.xlsx` and
`participants/<PRM>.html`.

A file is replaced whole or not at all. What is written depends on the publication alone, not on the run nor the hour:
a report whose content is the same is left as it stands.
"""

import os
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from energy_pipeline.reports import content, page, participant, pdf, portfolio, workbook
from energy_pipeline.reports.portfolio import IndexEntry, IndexMonth, IndexRow, OtherFinding
from energy_pipeline.reports.seal import is_sealed, seal
from energy_pipeline.tables.columns import OPERATION_PATTERN, PRM_PATTERN

PARTICIPANTS = "participants"
FILE_MODE = 0o640
FOLDER_MODE = 0o750
PAGE, WORKBOOK, PAPER, INDEX = "rapport.html", "rapport.xlsx", "rapport.pdf", "index.html"
QUALITY = "qualite.html"
_PRM_PATTERN = re.compile(PRM_PATTERN)
_FOLDER_PATTERN = re.compile(OPERATION_PATTERN.removesuffix("$") + r"(_\d{4}-\d{2}-\d{2})?$")


@dataclass(frozen=True)
class PeriodKey:
    """An operation's period, and the month that it belongs to."""

    operation_id: str
    period_start: date
    period_end: date
    month: date


def build(
    publication: Path, out: Path, month: date, progress: Callable[[int, int], None] = lambda done, total: None
) -> list[Path]:
    """Write the reports of `month` (its first day) that change and the index of all reports; return the files written.

    Reports of the month whose period is no longer published are removed. `progress` is told how many are done, and of
    how many.
    """
    month = month.replace(day=1)
    written = []
    with content.connect(publication) as con:
        periods = content.select(con, "periods_of_month", PeriodKey, month=month)
        folders = folder_names(periods)
        for done, period in enumerate(periods):
            progress(done, len(periods))
            report = content.read(con, period.operation_id, period.period_start)
            written += _write(out / f"{month:%Y-%m}" / folders[period], out, report)
        _remove_others(out / f"{month:%Y-%m}", set(folders.values()))
    return [*written, write_index(publication, out)]


def _write(folder: Path, top: Path, report: content.ReportContent) -> list[Path]:
    """Write a report unless it stands, its page last: its seal stands for the other files. Return the files written.

    A point that no longer takes part loses its page.
    """
    owns = {folder / PARTICIPANTS / f"{own.prm}.html": own for own in participant.of_report(report)}
    _remove_pages(folder / PARTICIPANTS, kept={path.name for path in owns})
    mark = seal(report)
    if is_sealed(folder / PAGE, mark) and all(path.is_file() for path in (folder / WORKBOOK, folder / PAPER, *owns)):
        return []
    _folder(folder, top)
    written = [_replace(folder / WORKBOOK, workbook.render(report)), _replace(folder / PAPER, pdf.render(report))]
    if owns:
        _folder(folder / PARTICIPANTS, top)
    written += [_replace(path, participant.render(own).encode()) for path, own in owns.items()]
    return [*written, _replace(folder / PAGE, (page.render(report) + mark).encode())]


def write_index(publication: Path, out: Path) -> Path:
    """Write the index of what stands in `out`: the reports, the page of the quality of the data; return its path."""
    with content.connect(publication) as con:
        rows, others = content.select(con, "index", IndexRow), content.select(con, "other_findings", OtherFinding)
        quality = QUALITY if (out / QUALITY).is_file() else None
        index = page.render_index(_index(out, rows, others), portfolio.read(con), quality)
    return _replace(_folder(out, out) / INDEX, index.encode())


def standing(publication: Path, out: Path, months: Collection[date]) -> list[IndexEntry]:
    """Return the reports of `months` that stand in `out`, with their headline figures, the last month first."""
    with content.connect(publication) as con:
        rows = content.select(con, "index", IndexRow)
    return [entry for month in _index(out, rows, ()) if month.month in months for entry in month.entries]


def folder_names(periods: Sequence[PeriodKey] | Sequence[IndexRow]) -> dict[PeriodKey | IndexRow, str]:
    """Return each period's folder: its operation, and its first day where an operation has two in the month."""
    counts = Counter((period.operation_id, period.month) for period in periods)
    folders: dict[PeriodKey | IndexRow, str] = {}
    for period in periods:
        alone = counts[period.operation_id, period.month] == 1
        name = period.operation_id if alone else f"{period.operation_id}_{period.period_start:%Y-%m-%d}"
        if not _FOLDER_PATTERN.fullmatch(name):
            raise ValueError(f"{period.operation_id!r} is no operation number: no folder is made of it")
        folders[period] = name
    return folders


def _remove_pages(folder: Path, kept: Collection[str] = ()) -> None:
    for old in sorted(folder.glob("*.html")):
        if old.name not in kept and _PRM_PATTERN.fullmatch(old.stem):
            old.unlink()
    if folder.is_dir() and not any(folder.iterdir()):
        folder.rmdir()


def _index(out: Path, rows: Sequence[IndexRow], others: Sequence[OtherFinding]) -> list[IndexMonth]:
    entries: dict[date | None, list[IndexEntry]] = defaultdict(list)
    for row, name in folder_names(rows).items():
        folder = f"{row.month:%Y-%m}/{name}"
        if isinstance(row, IndexRow) and (out / folder / PAGE).is_file():
            entries[row.month].append(IndexEntry(row, folder))
    outside: dict[date | None, list[OtherFinding]] = defaultdict(list)
    for finding in others:
        outside[finding.month].append(finding)
    months = sorted(entries.keys() | outside.keys(), key=lambda month: month or date.max, reverse=True)
    return [IndexMonth(month, tuple(entries[month]), tuple(outside[month])) for month in months]


def _folder(folder: Path, top: Path) -> Path:
    """Make `folder` and its parents below `top`, readable by the group whatever the umask."""
    top.mkdir(parents=True, exist_ok=True)
    for below in (top, *(top / part for part in _parents(folder.relative_to(top)))):
        below.mkdir(exist_ok=True)
        below.chmod(FOLDER_MODE)
    return folder


def _parents(relative: Path) -> list[Path]:
    return [Path(*relative.parts[: length + 1]) for length in range(len(relative.parts))]


def _replace(path: Path, data: bytes) -> Path:
    partial = path.with_name(f".{path.name}.partial")
    with partial.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    partial.chmod(FILE_MODE)
    partial.replace(path)
    return path


def _remove_others(month: Path, kept: set[str]) -> None:
    """Remove the reports of `month` in folders other than `kept`; what is not ours stays."""
    if not month.is_dir():
        return
    for folder in sorted(month.iterdir()):
        if folder.is_dir() and folder.name not in kept and _FOLDER_PATTERN.fullmatch(folder.name):
            for name in (PAGE, WORKBOOK, PAPER):
                (folder / name).unlink(missing_ok=True)
            _remove_pages(folder / PARTICIPANTS)
            if not any(folder.iterdir()):
                folder.rmdir()
