"""What changed between two publications: indicators of the operations, findings."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import polars as pl

from energy_pipeline import warehouse
from energy_pipeline.tables import marts

RELATIVE = 1e-6
"""Sums of many steps may differ by their last digits from one run to the next: that is no change."""
_PERIOD = ("operation_id", "period_start", "period_end", "month")
_COMPARED = ("severity", "amount_eur", "amount_ttc_eur", "expected", "observed", "message")


@dataclass(frozen=True)
class FigureChange:
    """A value of `operation_month` that changed; None where the period was not published, or had no value."""

    operation_id: str
    period_start: date
    period_end: date
    figure: str
    unit: str
    before: float | str | None
    after: float | str | None


@dataclass(frozen=True)
class FindingChange:
    """A finding that appeared, disappeared or changed; `changed` names what did."""

    change: str
    finding_id: str
    check_name: str
    operation_id: str | None
    prm: str | None
    supplier: str | None
    invoice_number: str | None
    period_start: date | None
    changed: tuple[str, ...]
    amount_before_eur: Decimal | None
    amount_after_eur: Decimal | None
    message: str
    message_before: str | None


@dataclass(frozen=True)
class Comparison:
    """Two publications side by side."""

    before: datetime
    after: datetime
    figures: tuple[FigureChange, ...]
    findings: tuple[FindingChange, ...]


def compare(before: Path, after: Path, operation_id: str | None = None) -> Comparison:
    """Return what changed from one publication to the other, of one operation or of all.

    A publication of an older version may lack columns: they have no value there. WarehouseError when one is not read.
    """
    past, present = (_read(path, operation_id) for path in (before, after))
    return Comparison(
        past["publication"]["published_at"].item(),
        present["publication"]["published_at"].item(),
        _figures(past["operation_month"], present["operation_month"]),
        _findings(past["finding"], present["finding"]),
    )


def _read(path: Path, operation_id: str | None) -> dict[str, pl.DataFrame]:
    with warehouse.connect(path, read_only=True) as connection:
        frames = {
            table.name: warehouse.query(connection, f"SELECT * FROM {table.qualified_name}")
            for table in (marts.OPERATION_MONTH, marts.FINDING, marts.PUBLICATION)
        }
    if operation_id is None:
        return frames
    return {
        name: frame.filter(pl.col("operation_id") == operation_id) if "operation_id" in frame.columns else frame
        for name, frame in frames.items()
    }


def _figures(past: pl.DataFrame, present: pl.DataFrame) -> tuple[FigureChange, ...]:
    before, after = (
        {(row["operation_id"], row["period_start"]): row for row in frame.iter_rows(named=True)}
        for frame in (past, present)
    )
    changes: list[FigureChange] = []
    for key in sorted(before.keys() | after.keys()):
        old, new = before.get(key, {}), after.get(key, {})
        period = new or old
        changes += [
            FigureChange(
                *key, period["period_end"], column.name, column.unit, old.get(column.name), new.get(column.name)
            )
            for column in marts.OPERATION_MONTH.columns
            if column.name not in _PERIOD and _differs(old.get(column.name), new.get(column.name))
        ]
    return tuple(changes)


def _differs(before: object, after: object) -> bool:
    if isinstance(before, int | float) and isinstance(after, int | float):
        return abs(after - before) > RELATIVE * max(abs(before), abs(after))
    return before != after


def _findings(past: pl.DataFrame, present: pl.DataFrame) -> tuple[FindingChange, ...]:
    old, new = ({row["finding_id"]: row for row in frame.iter_rows(named=True)} for frame in (past, present))
    changes = []
    for key in old.keys() | new.keys():
        before, after = old.get(key), new.get(key)
        changed = tuple(name for name in _COMPARED if before and after and _differs(before.get(name), after.get(name)))
        if before and after and not changed:
            continue
        row = after or before or {}
        changes.append(
            FindingChange(
                change="changed" if before and after else "appeared" if after else "disappeared",
                finding_id=key,
                changed=changed,
                amount_before_eur=before["amount_eur"] if before else None,
                amount_after_eur=after["amount_eur"] if after else None,
                message=row["message"],
                message_before=before["message"] if before and after else None,
                **{name: row[name] for name in
                   ("check_name", "operation_id", "prm", "supplier", "invoice_number", "period_start")},
            )
        )  # fmt: skip
    return tuple(sorted(changes, key=lambda change: (
        change.change, change.operation_id or "", change.period_start or date.min, change.finding_id)))  # fmt: skip
