"""Local labels of a file put on the time grid: one hour (or step) may be absent in spring and doubled in autumn.

The convention says nothing of the change of hour: labels are naive local time, so that the two passages of 02:00 are
told apart by the order of the file, never by the label alone.
"""

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from itertools import pairwise

from energy_pipeline.formats.model import BadFile, Note

_FRENCH = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})[ T](\d{1,2}):(\d{2})(?::00)?")
_ISO = re.compile(r"(\d{4})-(\d{2})-(\d{2})[ T](\d{2}):(\d{2})(?::00)?")

Values = tuple[float | None, ...]
ONE_PASSAGE = "L'heure doublée à l'heure d'hiver n'y est qu'une fois : lue comme la première, l'autre manque."


@dataclass(frozen=True)
class Labelled:
    """A line of a file: its local label and its values, None where empty."""

    line: int
    written: str
    label: datetime
    values: Values

    @property
    def is_blank(self) -> bool:
        """Whether the line has a label and no value at all."""
        return all(value is None for value in self.values)


@lru_cache(maxsize=65536)
def _parsed(text: str) -> datetime | None:
    try:
        if match := _FRENCH.fullmatch(text):
            day, month, year, hour, minute = (int(part) for part in match.groups())
        elif match := _ISO.fullmatch(text):
            year, month, day, hour, minute = (int(part) for part in match.groups())
        else:
            return None
        return datetime(year, month, day, hour, minute)  # noqa: DTZ001 - a label is local and naive
    except ValueError:
        return None


def label(text: str, line: int, every_minutes: int) -> datetime:
    """Return the naive local time of a label such as `01/11/2024 00:00`. Raises BadFile."""
    found = _parsed(text)
    if found is None:
        raise BadFile("Horodate illisible : JJ/MM/AAAA HH:MM attendu.", line, "horodate", text)
    if (found.hour * 60 + found.minute) % every_minutes:
        raise BadFile(
            f"Horodate inattendue : une ligne par {'heure' if every_minutes == 60 else f'pas de {every_minutes} min'}"
            " est attendue.",
            line, "horodate", text,
        )  # fmt: skip
    return found


def place(rows: Sequence[Labelled], labels: Sequence[datetime], width: int, notes: list[Note]) -> Mapping[int, Values]:
    """Return the values of each position of the grid of local `labels` (in order of time) that the rows fill.

    A row holds `width` values, or twice as many for a label that occurs twice. Identical duplicates are dropped with a
    note. Raises BadFile for a row outside the labels, a contradictory duplicate, a value at an hour that is not.
    """
    positions: dict[datetime, list[int]] = defaultdict(list)
    for position, at in enumerate(labels):
        positions[at].append(position)
    by_label: dict[datetime, list[Labelled]] = defaultdict(list)
    for row in rows:
        by_label[row.label].append(row)
    # In autumn 02:45 is followed by 02:00: going back among doubled labels is no disorder.
    if any(
        later.label < earlier.label and not (len(positions[later.label]) > 1 and len(positions[earlier.label]) > 1)
        for earlier, later in pairwise(rows)
    ):
        notes.append(Note("Lignes non triées : elles ont été remises dans l'ordre des horodates."))
    placed: dict[int, Values] = {}
    first, last = labels[0], labels[-1]
    for at, same in by_label.items():
        where = positions[at]
        if not where:
            _refuse_outside(same, first, last, notes)
        elif len(where) == 1:
            row = _only(same, notes)
            _check_width(row, width)
            placed[where[0]] = row.values
        else:
            placed.update(zip(where, _twice(same, width, notes), strict=True))
    return placed


def _refuse_outside(same: Sequence[Labelled], first: datetime, last: datetime, notes: list[Note]) -> None:
    """Refuse rows that are not in the grid, but for an empty row at the hour that spring skips."""
    for row in same:
        if not first.date() <= row.label.date() <= last.date():
            raise BadFile("Horodate hors de la période du fichier.", row.line, "horodate", row.written)
        if any(row.values):
            raise BadFile(
                "Cette heure n'existe pas : c'est celle du passage à l'heure d'été.", row.line, "horodate", row.written
            )
        if not row.is_blank:
            notes.append(Note("Zéros ignorés à l'heure que saute le passage à l'heure d'été.", row.line, row.written))


def _check_width(row: Labelled, width: int) -> None:
    if len(row.values) != width and not row.is_blank:
        raise BadFile(
            f"Nombre de valeurs inattendu : {len(row.values)} au lieu de {width}.", row.line, None, row.written
        )


def _distinct(same: Sequence[Labelled], notes: list[Note]) -> list[Labelled]:
    """Return the rows of one label whose values differ, in file order; note the ones dropped."""
    kept: dict[Values, Labelled] = {}
    for row in same:
        if row.values in kept:
            notes.append(Note("Ligne en double, identique à une autre : ignorée.", row.line, row.written))
        else:
            kept[row.values] = row
    return list(kept.values())


def _only(same: Sequence[Labelled], notes: list[Note]) -> Labelled:
    distinct = _distinct(same, notes) if len(same) > 1 else list(same)
    if len(distinct) > 1:
        raise BadFile(
            f"Deux lignes contradictoires pour la même horodate (déjà ligne {distinct[0].line}).",
            distinct[1].line, "horodate", distinct[1].written,
        )  # fmt: skip
    return distinct[0]


def _twice(same: Sequence[Labelled], width: int, notes: list[Note]) -> tuple[Values, Values]:
    """Return the values of the two passages of an autumn label: two rows, one of double width, or one alone."""
    rows = list(same)
    if len(rows) > 2 or (len(rows) == 2 and len(rows[0].values) == 2 * width):
        rows = _distinct(rows, notes)
        if len(rows) == 1 and len(rows[0].values) == width:
            rows = [rows[0], rows[0]]
    if len(rows) > 2 or (len(rows) == 2 and any(len(row.values) == 2 * width for row in rows)):
        raise BadFile(
            "Lignes contradictoires à l'heure que double le passage à l'heure d'hiver.",
            rows[-1].line, "horodate", rows[-1].written,
        )  # fmt: skip
    if len(rows) == 1 and len(rows[0].values) == 2 * width:
        return rows[0].values[:width], rows[0].values[width:]
    for row in rows:
        _check_width(row, width)
    if len(rows) == 1:
        notes.append(Note(ONE_PASSAGE, rows[0].line, rows[0].written))
        return rows[0].values, (None,) * width
    return rows[0].values, rows[1].values
