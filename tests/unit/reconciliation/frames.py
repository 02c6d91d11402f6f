"""Small operations on an hourly grid: 1 000 W during an hour is 1 kWh."""

from datetime import date

import numpy as np
import polars as pl

from energy_pipeline.periods import grid
from energy_pipeline.reconciliation.finding import FACT_SCHEMA
from energy_pipeline.reconciliation.reduction import reduce_curves
from energy_pipeline.tables import computed, landing, marts
from energy_pipeline.tables.schemas import empty, frame
from tests.unit.invoices.rows import at, landed

ACC = "ACC00000001"
SCHOOL, HALL, ROOF = "30001000000001", "30001000000002", "30001000000011"
OCTOBER, NOVEMBER = date(2025, 10, 1), date(2025, 11, 1)
ENDS = {date(2025, 9, 1): date(2025, 9, 30), OCTOBER: date(2025, 10, 31), NOVEMBER: date(2025, 11, 30)}
"""Hours: 720, 745 (the clocks go back on 26 October), 720."""


def reduce(known, made):
    """Reduce curves of consumers whose off-peak hours are not known."""
    return reduce_curves(known, made, empty(computed.SLOT_ENERGY))


def period(start=OCTOBER, *, end=None, key="static", operation_id=ACC, step_minutes=60):
    """Return a row of computed.operation_period."""
    end = end or ENDS[start]
    return {
        "operation_id": operation_id, "period_start": start, "period_end": end, "month": end.replace(day=1),
        "step_minutes": step_minutes, "key_type": key, "key_type_used": key, "steps_expected": 0,
        "steps_estimated": 0, "steps_missing": 0,
    }  # fmt: skip


def curve(prm, measured, shared=None, *, published=None, published_remainder=None, start=OCTOBER, end=None,
          role="consumer", quality=1, operation_id=ACC, step_minutes=60):  # fmt: skip
    """Return a row of computed.curve; a number stands for that power at each step."""
    steps = grid.count_steps(start, end or ENDS[start], step_minutes)

    def array(value):
        return None if value is None else np.broadcast_to(np.asarray(value, dtype=float), (steps,)).copy()

    measured, shared = array(measured), array(shared)
    rows = {
        "operation_id": operation_id, "period_start": start, "prm": prm, "role": role, "step_minutes": step_minutes,
        "quality": np.broadcast_to(np.asarray(quality, dtype=np.uint8), (steps,)),
        "measured_w": measured, "self_consumption_w": shared,
        "remainder_w": None if shared is None else measured - shared,
        "published_self_consumption_w": array(published), "published_remainder_w": array(published_remainder),
    }  # fmt: skip
    return {
        name: [None if isinstance(item, float) and np.isnan(item) else item for item in value.tolist()]
        if isinstance(value, np.ndarray)
        else value
        for name, value in rows.items()
    }


def curves(*rows):
    """Return computed.curve."""
    return frame(computed.CURVE, list(rows))


def periods(*rows):
    """Return computed.operation_period."""
    return frame(computed.OPERATION_PERIOD, list(rows))


def stays(*rows):
    """Return marts.participant: (prm, role, valid_from, valid_to)."""
    return frame(
        marts.PARTICIPANT,
        [
            {"operation_id": ACC, "prm": prm, "role": role, "valid_from": start, "valid_to": end,
             "role_source": "annexe2"}
            for prm, role, start, end in rows
        ],
    )  # fmt: skip


def prices(*rows):
    """Return landing.price: (price, value, valid_from, valid_to, and other columns)."""
    return landed(
        landing.PRICE,
        [
            {"price": price, "value": value, "valid_from": start, "valid_to": end, "path": "prices.csv", **other}
            for price, value, start, end, other in rows
        ],
    )


def price(name, value, start=date(2025, 1, 1), end=None, **other):
    """Return a row for `prices`."""
    return name, value, start, end, other


def nothing(table, *, joined=True):
    """Return an empty frame of a table, with or without the columns of the file."""
    empty = landed(table, [])
    return empty if joined else empty.drop("received_at", "path")


def as_facts(frame_: pl.DataFrame) -> list[dict]:
    """Return the facts as rows; their schema is checked."""
    assert dict(frame_.schema) == FACT_SCHEMA
    return frame_.to_dicts()


__all__ = ["at", "landed"]
