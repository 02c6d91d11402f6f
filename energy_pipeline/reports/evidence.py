"""The evidence of a finding, item by item, in French."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial

from energy_pipeline import french
from energy_pipeline.periods import grid
from energy_pipeline.reports.words import EVIDENCE, EVIDENCE_VALUES, PLACES


@dataclass(frozen=True)
class Proof:
    """Where a finding can be verified, and what stands there."""

    file: str | None
    place: str
    """Line, column, cell; empty when the whole file is meant."""
    said: str
    """Values, each with its name; empty when there are none."""

    @property
    def text(self) -> str:
        """The proof as one line of text."""
        where = ", ".join(part for part in (self.file, self.place) if part)
        return " : ".join(part for part in (where, self.said) if part)


def proofs(
    evidence: str | None, period_start: date | None = None, step_minutes: int | None = None
) -> tuple[Proof, ...]:
    """Return the items of `evidence`, a JSON list of objects; another shape is one item with its text.

    `period_start`, `step_minutes`: the grid in which steps are counted; with them a step is said as a day and an hour.
    """
    if not evidence:
        return ()
    items = json.loads(evidence)
    if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
        return (Proof(None, "", evidence),)
    said = _said
    if period_start is not None and step_minutes is not None:
        said = partial(_said_in_time, period_start, step_minutes)
    return tuple(_proof(item, said) for item in items)


def _proof(item: dict[str, object], said: Callable[[str, object], str]) -> Proof:
    given = {name: value for name, value in item.items() if value is not None and name != "file"}
    file = item.get("file")
    return Proof(
        None if file is None else str(file),
        ", ".join(f"{PLACES[name]} {given[name]}" for name in PLACES if name in given),
        # A sentence among others loses its full stop.
        ", ".join(said(name, value).removesuffix(".") for name, value in given.items() if name not in PLACES),
    )


def _said_in_time(period_start: date, step_minutes: int, name: str, value: object) -> str:
    if name == "first_step" and isinstance(value, int):
        return f"à partir du {french.moment(_instant(period_start, step_minutes, value))}"
    return _said(name, value)


def _instant(period_start: date, step_minutes: int, step: int) -> datetime:
    # Minutes are added in UTC: a day of 23 or 25 hours needs no care.
    return (grid.midnight(period_start) + timedelta(minutes=step * step_minutes)).astimezone(grid.PARIS)


def _said(name: str, value: object) -> str:
    if isinstance(value, int | float) and not isinstance(value, bool):
        text = french.euros(value) if name.endswith("_eur") else french.number(value, 0 if value == int(value) else 2)
        text += f"{french.NBSP}kWh" if name.endswith("_kwh") else ""
    else:
        text = EVIDENCE_VALUES.get(str(value), str(value))
    label = EVIDENCE.get(name, name)
    return f"{label} {text}" if label else text
