"""Load curves (CDC): one row per hour, `01/11/2024 00:00;6666;6000;41000;220333;`, mean power in W (§11.6.1.1).

`read` takes one file, whatever its accidents, and says what is wrong; `cdc_batch.read_many` takes thousands.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date

import numpy as np
from numpy.typing import NDArray

from energy_pipeline.formats import localtime, names, text, values
from energy_pipeline.formats.model import BadFile, Note, Reading
from energy_pipeline.formats.names import Name
from energy_pipeline.periods import grid

KIND = "curve"
_FINE = 12
"""Values a row of meters above 36 kVA, which record 5 minutes (§9): averaged to the step."""
_WIDTHS = (4, 2, _FINE)
MOST_WATTS = 100_000_000
"""100 MW: no point of a distribution grid comes near it (HTA ends at 40 MW), nor an operation, the sum of its points.

A greater number is a cell gone wrong: cells run together, a digit stuck, an energy of another unit.
"""

_LOWEST_PEAK = 100
"""Watts that any point in use reaches once in a period: fractions of lesser numbers are kW, or kWh."""


def reading(parsed: Name, watts: NDArray[np.float32], step_minutes: int, notes: Iterable[Note] = ()) -> Reading:
    """Return the Reading of a curve whose name says `parsed`: `watts` covers its period, NaN where missing."""
    start, end = names.require_period(parsed)
    row = {
        "operation_id": parsed.operation_id,
        "prm": parsed.prm,
        "series": parsed.series,
        "period_start": start,
        "period_end": end,
        "step_minutes": step_minutes,
        "watts": watts,
    }
    return Reading(KIND, [row], parsed.operation_id, parsed.prm, parsed.series, start, end, tuple(notes))


def check_name(parsed: Name) -> tuple[date, date]:
    """Return the period, or raise BadFile: a curve needs a point (PRM or convention), a period and a series."""
    period = names.require_period(parsed)
    names.require_series(parsed)
    if parsed.prm is None and parsed.operation_id is None:
        raise BadFile("Le nom du fichier ne donne ni PRM (14 chiffres) ni numéro de convention (ACC…).")
    return period


def _watts(cells: Sequence[str], line: int) -> localtime.Values:
    return tuple(
        _power(cell, line, f"valeur {position}") if cell else None for position, cell in enumerate(cells, start=1)
    )


def _power(cell: str, line: int, column: str) -> float:
    watts = values.positive(cell, line, column)
    if watts > MOST_WATTS:
        raise BadFile("Puissance démesurée : plus de 100 MW.", line, column, cell)
    return float(watts)


def _rows(content: bytes) -> tuple[list[localtime.Labelled], int]:
    """Return the rows and the number of values that a plain hour has in this file."""
    split = text.rows(text.decode(content))
    if not split:
        raise BadFile("Le fichier est vide.")
    widths = Counter(len(text.without_trailing(cells)) - 1 for _, cells in split if any(cells[1:]))
    if not widths:
        raise BadFile("Le fichier ne contient aucune valeur.")
    width = max(widths, key=lambda candidate: (candidate in _WIDTHS, widths[candidate], candidate))
    # In a file whose rows end with the separator, `5;5;5;` is a row cut short, not one without its last value.
    is_closed = 2 * sum(cells[-1] == "" for _, cells in split) > len(split)
    rows = []
    for line, cells in split:
        at = localtime.label(cells[0], line, 60)
        has_tail = cells[-1] == "" and (is_closed or len(cells) - 2 in (width, 2 * width))
        found = cells[1:-1] if has_tail else cells[1:]
        if any(found) and len(found) not in (width, 2 * width):
            raise BadFile(
                f"Nombre de valeurs inattendu : {len(found)} au lieu de {width}.", line, None, ";".join(cells)
            )
        blank = not any(found)
        rows.append(localtime.Labelled(line, cells[0], at, (None,) * width if blank else _watts(found, line)))
    if width not in _WIDTHS:
        raise BadFile(
            f"{width} valeurs par heure : 4 (pas de 15 min), 2 (30 min) ou 12 (5 min) sont attendues.",
            split[0][0], None, ";".join(split[0][1]),
        )  # fmt: skip
    return rows, width


def _averaged(fine: NDArray[np.float32], size: int) -> NDArray[np.float32]:
    """Return the mean of each group of `size` five-minute values; a group with a hole is a hole."""
    return fine.reshape(-1, size).mean(axis=1, dtype=np.float64).astype(np.float32)


def read(name: str, content: bytes) -> Reading:
    """Read one curve file, whatever its accidents; its `watts` covers the period of the name. Raises BadFile."""
    parsed = names.parse(name)
    start, end = check_name(parsed)
    rows, width = _rows(content)
    notes: list[Note] = []
    hours = grid.local_hours(start, end)
    watts = np.full((len(hours), width), np.nan, dtype=np.float32)
    for position, found in localtime.place(rows, hours, width, notes).items():
        watts[position] = [np.nan if value is None else value for value in found]
    flat = watts.reshape(-1)
    known = flat[~np.isnan(flat)]
    if known.max(initial=0) < _LOWEST_PEAK and (known % 1).any():
        notes.append(Note(f"Puissances à décimales, dont aucune n'atteint {_LOWEST_PEAK} W : des kW, ou des kWh ?"))
    if width != _FINE:
        return reading(parsed, flat, 60 // width, notes)
    step = 15 if end >= grid.STEP_CHANGE else 30
    notes.append(Note(f"Douze valeurs par heure (pas de 5 min) : moyennées au pas de {step} min."))
    return reading(parsed, _averaged(flat, step // 5), step, notes)
