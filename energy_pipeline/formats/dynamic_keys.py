"""Annexe 5: dynamic keys, `Horodate;PRM1;PRM2` then `01/11/2024 00:00;50,81;39,86` in percent (convention §11.5.1)."""

import re
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from functools import lru_cache

import numpy as np
import polars as pl
from numpy.typing import NDArray

from energy_pipeline.formats import localtime, names, text, values
from energy_pipeline.formats.model import BadFile, Note, Reading
from energy_pipeline.periods import grid

KIND = "dynamic_keys"
_STEPS = (15, 30)
_PLAIN_PERCENT = re.compile(r"\d{1,3}(?:[.,]\d{1,9})?")


def is_header(cells: list[str]) -> bool:
    """Whether the cells are the header of a key file."""
    return text.plain(cells[0]) == "horodate" and len(cells) > 1


@lru_cache(maxsize=16)
def labels_of(start: date, end: date, step: int) -> tuple[datetime, ...]:
    """Return the local label of each step: an hour doubled in autumn gives its steps twice over."""
    hours = grid.local_hours(start, end)
    return tuple(hour + timedelta(minutes=minute) for hour in hours for minute in range(0, 60, step))


@lru_cache(maxsize=16)
def written_labels(labels: tuple[datetime, ...]) -> list[str]:
    """Return the labels as a file writes them."""
    return [f"{label:%d/%m/%Y %H:%M}" for label in labels]


def _percent(cell: str, line: int, column: str) -> float | None:
    if _PLAIN_PERCENT.fullmatch(cell):
        return float(cell.replace(",", "."))
    return float(values.positive(cell, line, column)) if cell else None


def _regular(decoded: str, consumers: int, labels: tuple[datetime, ...]) -> NDArray[np.float64] | None:
    """Return the shares (consumer, step) of a file without accident, read in one pass; None for any other."""
    try:
        table = pl.read_csv(decoded.encode(), separator=";", infer_schema=False, quote_char=None)
    except pl.exceptions.PolarsError:
        return None
    if table.width != consumers + 1 or table.height != len(labels):
        return None
    if table.to_series(0).to_list() != written_labels(labels):
        return None
    shares = (
        table.drop(table.columns[0])
        .select(pl.all().str.strip_chars_end("\r").str.replace(",", ".", literal=True).cast(pl.Float64, strict=False))
        .to_numpy()
        .T
    )
    return shares if np.all((shares >= 0) & (shares <= 100)) else None


def _tolerant(
    lines: Sequence[tuple[int, list[str]]], consumers: Sequence[str], labels: Sequence[datetime], step: int
) -> tuple[NDArray[np.float64], list[Note]]:
    """Return the shares (consumer, step), NaN where missing, and what was noticed. Raises BadFile."""
    width = len(consumers) + 1
    rows = []
    for line, cells in lines:
        found = cells[:-1] if len(cells) == width + 1 and not cells[-1] else cells
        if len(found) != width:
            raise BadFile(f"{width} colonnes attendues, {len(found)} lues.", line, None, ";".join(cells))
        at = localtime.label(cells[0], line, step)
        shares = tuple(_percent(cell, line, prm) for cell, prm in zip(found[1:], consumers, strict=True))
        rows.append(localtime.Labelled(line, cells[0], at, shares))
    notes: list[Note] = []
    percents = np.full((len(consumers), len(labels)), np.nan)
    for position, shares in localtime.place(rows, labels, len(consumers), notes).items():
        percents[:, position] = [np.nan if share is None else share for share in shares]
    return percents, notes


def read(name: str, content: bytes) -> Reading:
    """Read one key file: a row per consumer, `percents` an array over the period, NaN where missing. Raises BadFile.

    A PRM in the name is the producer for which the keys hold. Sums above 100 % are left to the allocation, which
    knows the fallback of §4.4.2.
    """
    parsed = names.parse(name)
    start, end = names.require_period(parsed)
    decoded = text.decode(content)
    top = text.rows(decoded.lstrip("\r\n").split("\n", 1)[0])
    if not top:
        raise BadFile("Le fichier est vide.")
    first, header = top[0]
    if not is_header(header):
        raise BadFile("En-tête attendu : Horodate;PRM1;PRM2…", first, None, ";".join(header))
    columns = text.without_trailing(header)
    consumers = [values.prm(cell, first, f"colonne {place}") for place, cell in enumerate(columns[1:], start=2)]
    if len(set(consumers)) < len(consumers):
        raise BadFile("Le même PRM est en tête de deux colonnes.", first, None, ";".join(header))
    step = parsed.step_minutes or (15 if end >= grid.STEP_CHANGE else 30)
    if step not in _STEPS:
        raise BadFile("Pas inconnu dans le nom du fichier : 15 ou 30 minutes attendues.", value=str(step))
    labels = labels_of(start, end, step)
    notes: list[Note] = []
    percents = _regular(decoded, len(consumers), labels)
    if percents is None:
        lines = text.rows(decoded)[1:]
        if not lines:
            raise BadFile("Le fichier ne contient aucune clé.")
        percents, notes = _tolerant(lines, consumers, labels, step)
    return Reading(
        KIND,
        [
            {
                "operation_id": parsed.operation_id,
                "consumer_prm": consumer,
                "producer_prm": parsed.prm,
                "period_start": start,
                "period_end": end,
                "step_minutes": step,
                "percents": percents[place],
            }
            for place, consumer in enumerate(consumers)
        ],
        parsed.operation_id,
        parsed.prm,
        None,
        start,
        end,
        tuple(notes),
    )
