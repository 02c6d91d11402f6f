"""A year of bills, 300 sites × 12: the exports read, each bill reconciled with its curves, each checked."""

import shutil
import tempfile
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime
from datetime import time as clock_time
from pathlib import Path

import duckdb
import numpy as np
import polars as pl

from bench.lines import Line, below
from energy_pipeline import landing, tables, warehouse
from energy_pipeline.bill_checks import bill_findings, check_bills
from energy_pipeline.demo.bills import Document, Reading, bill, whole
from energy_pipeline.demo.calendar import add_months, month_end
from energy_pipeline.demo.direct_view import Row, invoices_file, sites_file
from energy_pipeline.demo.files import Inbox
from energy_pipeline.demo.model import Operation
from energy_pipeline.demo.simulate import slot_kwh
from energy_pipeline.demo.world import operation
from energy_pipeline.invoices import latest_details, sites
from energy_pipeline.periods import grid
from energy_pipeline.reconciliation import reconcile_month
from energy_pipeline.tables import computed, marts, schemas

OPERATIONS, CONSUMERS, MONTHS = 25, 12, 12
FIRST = date(2025, 8, 1)
STEP = 15
LIMIT_S = 60.0
STAGING = ("invoice_row", "site_row", "energy", "exchange", "synthesis", "participant", "perimeter", "price", "note")

Frames = dict[str, pl.DataFrame]


def _operations(count: int) -> list[Operation]:
    stays = {"is_public": True, "valid_from": date(2024, 1, 1), "valid_to": None}
    made = [operation(n, consumers=CONSUMERS, producers=1, months=MONTHS, first=FIRST, seed=2025) for n in range(count)]
    return [
        replace(acc, others=(), consumers=tuple(replace(place, **stays) for place in acc.consumers)) for acc in made
    ]


def _watts(acc: Operation, start: date, end: date) -> tuple[np.ndarray, np.ndarray]:
    """Return what each consumer draws, and the part of it that it shares (consumers × steps)."""
    steps = grid.count_steps(start, end, STEP)
    noon = np.clip(np.sin((np.arange(steps) % 96 - 28) / 40 * np.pi), 0, None)
    drawn = np.array([[place.annual_kwh / 8.76] for place in acc.consumers]) * np.ones(steps)
    return drawn, np.floor(drawn * noon * 0.6)


def _bills(acc: Operation, month: date) -> Iterator[Row]:
    last = month_end(month)
    drawn, shared = _watts(acc, month, last)
    for n, place in enumerate(acc.consumers):
        sold = slot_kwh(place, drawn[n] - shared[n], month, last)
        reading = Reading({slot: whole(value) for slot, value in sold.items()}, slot_kwh(place, drawn[n], month, last))
        yield bill(
            acc, place, month, reading, Document(f"1{acc.index:04d}{month:%y%m}001", n + 1, ("R01", "Tout"), last)
        )


def _write(inbox: Inbox, accs: list[Operation], months: list[date]) -> None:
    """Write an export a month, and the list of the sites."""
    for month in months:
        sent = datetime.combine(month_end(month), clock_time(18, 0))
        rows = [row for acc in accs for row in _bills(acc, month)]
        inbox.write(f"DirectView_factures_{month:%Y-%m}.xlsx", invoices_file(rows, sent.date()), sent)
    inbox.write(f"DirectView_perimetre_{months[-1]:%Y-%m-%d}.xlsx", sites_file(accs, months[-1]), sent)


def _read(inbox: Path) -> Frames:
    with duckdb.connect() as connection:
        connection.execute("SET TimeZone = 'Europe/Paris'")
        warehouse.create(connection, tables.ALL_TABLES)
        warehouse.create_staging(connection)
        for landed in landing.land(inbox, warehouse.query(connection, "FROM landing.file")):
            for table, rows in landed.frames.items():
                warehouse.insert(connection, table, rows)
        return {name: warehouse.query(connection, f"FROM staging.{name}") for name in STAGING} | {
            "file": warehouse.query(connection, "FROM landing.file")
        }


def _computed(accs: list[Operation], month: date) -> Frames:
    """Return what the allocation would have made of a month: all steps measured, published as recomputed."""
    last = month_end(month)
    curves, periods = [], []
    for acc in accs:
        drawn, shared = _watts(acc, month, last)
        key = {"operation_id": acc.operation_id, "period_start": month}
        steps = {"step_minutes": STEP, "quality": np.ones(drawn.shape[1], dtype=np.uint8)}
        rows = [(place.prm, "consumer", drawn[n], shared[n]) for n, place in enumerate(acc.consumers)]
        rows.append((acc.producers[0].prm, "producer", shared.sum(axis=0), shared.sum(axis=0)))
        curves += [
            key | steps | {"prm": prm, "role": role, "measured_w": watts, "self_consumption_w": own,
                           "remainder_w": watts - own, "published_self_consumption_w": own,
                           "published_remainder_w": watts - own}
            for prm, role, watts, own in rows
        ]  # fmt: skip
        periods.append(key | {"period_end": last, "month": month, "step_minutes": STEP, "key_type": "static",
                              "key_type_used": "static", "steps_expected": 0, "steps_estimated": 0,
                              "steps_missing": 0})  # fmt: skip
    frames = {
        "curve": schemas.frame(computed.CURVE, curves),
        "operation_period": schemas.frame(computed.OPERATION_PERIOD, periods),
    }
    others = (computed.EXCHANGE, computed.ISSUE, computed.SLOT_ENERGY, marts.SPLIT_EXPLANATION)
    return frames | {table.name: schemas.empty(table) for table in others}


def _stays(accs: list[Operation]) -> pl.DataFrame:
    points = [(acc, "consumer", place.prm) for acc in accs for place in acc.consumers]
    points += [(acc, "producer", acc.producers[0].prm) for acc in accs]
    return schemas.frame(
        marts.PARTICIPANT,
        [{"operation_id": acc.operation_id, "prm": prm, "role": role, "valid_from": date(2024, 1, 1),
          "role_source": "annexe2"} for acc, role, prm in points],
    )  # fmt: skip


def measure(tiny: bool) -> list[Line]:
    """Time the three steps over a year; every bill is right, and is found so."""
    accs = _operations(1 if tiny else OPERATIONS)
    months = [add_months(FIRST, n) for n in range(2 if tiny else MONTHS)]
    folder = Path(tempfile.mkdtemp(prefix="bench-bills-"))
    try:
        _write(Inbox(folder), accs, months)
        start = time.perf_counter()
        landed = _read(folder)
        details, _ = latest_details(landed["invoice_row"])
        known = {
            "operation": schemas.empty(marts.OPERATION),
            "participant": _stays(accs),
            "site": sites(landed["site_row"]),
        }
        read = time.perf_counter() - start
    finally:
        shutil.rmtree(folder)
    reconciled, checked = 0.0, 0.0
    for month in months:
        computed_frames = _computed(accs, month)
        start = time.perf_counter()
        made = reconcile_month(landed, computed_frames, known, month)
        middle = time.perf_counter()
        checks = check_bills(details, known["site"], month, made.invoice_reconciliation)
        found = bill_findings(checks, made.invoice_reconciliation)
        checked += time.perf_counter() - middle
        reconciled += middle - start
        right = made.invoice_reconciliation.filter(verdict="matches").height
        assert (right, found.height) == (len(accs) * CONSUMERS, 0), found["message"].to_list()[:3]
    whole_s = read + reconciled + checked
    size = f"{len(accs) * CONSUMERS} sites × {len(months)} bills"
    return [
        Line("exports read", f"{read:.1f} s"),
        Line("bills reconciled with their curves", f"{reconciled:.1f} s"),
        Line("bills checked", f"{checked:.1f} s"),
        below(f"{size}, read, reconciled and checked", whole_s, LIMIT_S, " s"),
    ]
