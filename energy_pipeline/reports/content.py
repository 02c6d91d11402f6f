"""What a report says: the published marts of one operation and period, read once, nothing recomputed."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import fields
from datetime import date
from functools import cache
from pathlib import Path
from typing import TypeVar

import duckdb

from energy_pipeline import warehouse
from energy_pipeline.reports.rows import (
    Bill,
    BillCheck,
    BillDecision,
    Consumer,
    ConsumerPast,
    Day,
    Exchange,
    Files,
    Finding,
    Hour,
    HourOfDay,
    Key,
    Named,
    Operation,
    Period,
    Producer,
    ProducerPast,
    Quarantined,
    ReportContent,
    Slot,
    SplitExplanation,
    Steps,
)
from energy_pipeline.settings import SQL

Publication = Path | duckdb.DuckDBPyConnection
Row = TypeVar("Row")
Checked = TypeVar("Checked", "BillCheck", "BillDecision")


@cache
def statement(name: str) -> str:
    """Return the text of `sql/reports/<name>.sql`."""
    return (SQL / "reports" / f"{name}.sql").read_text(encoding="utf-8")


@contextmanager
def connect(publication: Publication) -> Iterator[duckdb.DuckDBPyConnection]:
    """Give a read-only connection that knows which report shows each finding.

    A connection passed in is used as it is, and stays open.
    """
    with ExitStack() as stack:
        if isinstance(publication, duckdb.DuckDBPyConnection):
            con = publication
        else:
            con = stack.enter_context(warehouse.connect(publication, read_only=True))
        con.execute("SET TimeZone = 'Europe/Paris'")
        con.execute(statement("finding_by_report"))
        yield con


def select(con: duckdb.DuckDBPyConnection, name: str, row: type[Row], **parameters: object) -> tuple[Row, ...]:
    """Return the rows of `sql/reports/<name>.sql` as `row`s; a column that `row` does not name is left out."""
    query = statement(name)
    bound = {key: value for key, value in parameters.items() if f"${key}" in query}
    frame = con.sql(query, params=bound).pl()
    names = [field.name for field in fields(row)]  # type: ignore[arg-type]
    return tuple(row(**values) for values in frame.select(names).iter_rows(named=True))


def read(publication: Publication, operation_id: str, period_start: date) -> ReportContent:
    """Return the content of the report of `operation_id` for the period that starts on `period_start`.

    `publication`: the published DuckDB file, or an open connection to it. LookupError if there is no such period.
    """
    with connect(publication) as con:
        key = {"operation_id": operation_id, "period_start": period_start}
        found = select(con, "period", Period, **key)
        if not found:
            raise LookupError(f"{operation_id}: no period starts on {period_start}")
        period = found[0]
        bounds = {**key, "period_end": period.period_end, "month": period.month}
        declared = select(con, "operation", Operation, **key)
        bills = select(con, "bills", Bill, **bounds)
        return ReportContent(
            operation=declared[0] if declared else Operation(operation_id, operation_id),
            period=period,
            previous=next(iter(select(con, "previous_period", Period, **key)), None),
            year_before=next(iter(select(con, "year_before", Period, **bounds)), None),
            names=select(con, "names", Named, **key),
            consumers=select(con, "consumers", Consumer, **bounds),
            slots=select(con, "consumer_slots", Slot, **key),
            producers=select(con, "producers", Producer, **bounds),
            consumed=select(con, "consumer_history", ConsumerPast, **bounds),
            produced=select(con, "producer_history", ProducerPast, **bounds),
            days=select(con, "daily", Day, **key),
            hours=select(con, "hourly", Hour, **key),
            heat=select(con, "heat", HourOfDay, **key),
            exchanges=select(con, "exchanges", Exchange, **key),
            steps=select(con, "steps", Steps, **key),
            keys=select(con, "keys", Key, **bounds),
            bills=bills,
            decisions=_of_bills(select(con, "bill_checks", BillDecision, **bounds), bills),
            checks=_of_bills(select(con, "bill_checks_decided", BillCheck, **bounds), bills),
            findings=select(con, "findings", Finding, **key),
            explanations=select(con, "split_explanations", SplitExplanation, **key),
            files=select(con, "files", Files, **bounds),
            quarantined=select(con, "quarantined_files", Quarantined, **bounds),
        )


def _of_bills(rows: tuple[Checked, ...], bills: tuple[Bill, ...]) -> tuple[Checked, ...]:
    """Return the checks of the bills that this report shows: a month of two periods has two reports."""
    shown = {(bill.supplier, bill.invoice_number, bill.detail_id, bill.prm) for bill in bills}
    return tuple(row for row in rows if (row.supplier, row.invoice_number, row.detail_id, row.prm) in shown)
