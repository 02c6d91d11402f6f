"""Write a realistic, fictitious inbox, and beside it the list of the anomalies sown in it."""

from datetime import date, datetime, time, timedelta
from pathlib import Path

import numpy as np

from energy_pipeline.demo.annexes import (
    LOCAL_PRICES,
    PRICES,
    first_day_of_inbox,
    operations_toml,
    prices_csv,
    write_annexe_2,
    write_keys,
)
from energy_pipeline.demo.bills import cents, month_of_bills
from energy_pipeline.demo.calendar import HOURS_A_STEP, add_months, month_end
from energy_pipeline.demo.direct_view import Row, invoices_file, sites_file
from energy_pipeline.demo.enedis import deliver
from energy_pipeline.demo.files import Inbox
from energy_pipeline.demo.gas import gas_file, gas_month
from energy_pipeline.demo.model import Anomaly, Operation, anomalies_csv
from energy_pipeline.demo.simulate import Flows, Period, shares, simulate, truncated
from energy_pipeline.demo.split import split
from energy_pipeline.demo.world import operation

FIRST_MONTH = date(2024, 11, 1)
"""Earlier periods may start before October 2024, when curves still had 30-minute steps."""
LOT = 100
"""Operations per export of the supplier: bounds the memory, and the size of a workbook."""


def generate(
    out: Path,
    *,
    operations: int = 3,
    consumers: int = 8,
    producers: int = 2,
    months: int = 3,
    first: date = date(2025, 9, 1),
    seed: int = 2025,
) -> None:
    """Write the inbox in `out` and the anomalies that the pipeline must find in `<out>_anomalies.csv` beside it.

    The first three operations (static, default and dynamic keys) bear the anomalies, the others are clean. `months`
    periods end in the months from `first` on. The same arguments give the same bytes and file times everywhere.
    Raises ValueError when an argument is out of bounds.
    """
    if first < FIRST_MONTH:
        raise ValueError("the first month is November 2024 or later: before, curves had 30-minute steps")
    if min(operations, consumers, producers, months) < 1 or operations > 9000 or consumers > 99 or months > 36:
        raise ValueError("operations 1-9000, consumers 1-99, producers at least 1, months 1-36")
    first = first.replace(day=1)
    inbox = Inbox(out)
    out.mkdir(parents=True, exist_ok=True)
    anomalies: list[Anomaly] = []
    known: list[Operation] = []
    for start in range(0, operations, LOT):
        lot = [
            operation(index, consumers=consumers, producers=producers, months=months, first=first, seed=seed)
            for index in range(start, min(start + LOT, operations))
        ]
        known += lot
        exports: list[list[Row]] = [[] for _ in range(months)]
        for acc in lot:
            anomalies += _write_operation(inbox, acc, exports, first=first, seed=seed)
        _write_supplier(inbox, lot, exports, first, start // LOT)
    written = first_day_of_inbox(first)
    inbox.write("operations.toml", operations_toml(known), written)
    inbox.write("prices.csv", prices_csv(known, first), written)
    finished = datetime.combine(month_end(add_months(first, months - 1)) + timedelta(days=8), time(12, 0))
    Inbox(out.parent).write(f"{out.name}_anomalies.csv", anomalies_csv(anomalies), finished)


def _write_operation(
    inbox: Inbox, acc: Operation, exports: list[list[Row]], *, first: date, seed: int
) -> list[Anomaly]:
    """Write what the organiser and Enedis send for an operation, add its bills to the exports; return its anomalies."""
    months = len(exports)
    flows = simulate(acc, first, months, seed)
    write_annexe_2(inbox, acc, first)
    anomalies: list[Anomaly] = []
    for part in flows.periods:
        keys_path = write_keys(inbox, acc, part)
        anomalies += deliver(inbox, acc, flows, part)
        if acc.faults.old_keys == part.month:
            anomalies.append(_old_keys(acc, flows, part))
        if acc.faults.excessive_keys == part.month and acc.key_type == "dynamic":
            anomalies.append(
                Anomaly("key_file_not_compliant", operation_id=acc.operation_id, period_start=part.start,
                        period_end=part.end, path=keys_path,
                        description="Un pas dépasse 100 % : Enedis applique les clés par défaut à toute la période")
            )  # fmt: skip
    for number in range(months):
        bills = month_of_bills(acc, flows, first, number)
        exports[number] += bills.rows
        if number + 1 < months:
            exports[number + 1] += bills.later
        anomalies += bills.anomalies
    return anomalies


def _old_keys(acc: Operation, flows: Flows, part: Period) -> Anomaly:
    """Value the split that Enedis made with the keys of before: kWh not shared × (avoided price − local price)."""
    span = part.steps
    taken = np.where(flows.present[:, span], truncated(flows.consumption[:, span]), 0).astype(float)
    made = truncated(flows.production[:, span]).astype(float)
    given, _ = split(made, taken, shares(acc, taken, part.start, part.end))
    ours = float(given.sum()) * HOURS_A_STEP / 1000
    theirs = float(truncated(flows.self_consumption[:, span]).sum()) * HOURS_A_STEP / 1000
    amount = cents((ours - theirs) * (PRICES[acc.key_type][""] - LOCAL_PRICES[acc.key_type]))
    return Anomaly(
        "published_split_differs", operation_id=acc.operation_id, period_start=part.start, period_end=part.end,
        amount_eur=str(amount), description="Enedis a gardé les clés d'avant : courbes, énergies et synthèse suivent",
    )  # fmt: skip


def _write_supplier(inbox: Inbox, lot: list[Operation], exports: list[list[Row]], first: date, number: int) -> None:
    """Write a lot's exports of invoices, and the list of its sites."""
    suffix = f"_lot{number + 1:02d}" if number else ""
    for n, rows in enumerate(exports):
        end = month_end(add_months(first, n))
        sent = datetime.combine(end + timedelta(days=6), time(6, 30))
        path = f"fournisseur/DirectView_factures_{end:%Y-%m}{suffix}.xlsx"
        if rows:
            inbox.write(path, invoices_file(rows, end + timedelta(days=6)), sent)
        if not number:
            gas = gas_file(gas_month(lot[0], end.replace(day=1)), end + timedelta(days=6))
            inbox.write(f"fournisseur/DirectView_factures_gaz_{end:%Y-%m}.xlsx", gas, sent)
    listed = month_end(add_months(first, len(exports) - 1))
    path = f"fournisseur/DirectView_perimetre_{listed:%Y-%m-%d}{suffix}.xlsx"
    inbox.write(path, sites_file(lot, listed), datetime.combine(listed, time(18, 0)))
