"""A small batch of landed frames, written by hand, for the tests of metering and allocation."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import polars as pl

from energy_pipeline.allocation import compute, distribution_keys
from energy_pipeline.metering import operations, participants
from energy_pipeline.tables import landing
from energy_pipeline.tables.schemas import frame, polars_schema

PARIS = ZoneInfo("Europe/Paris")
OPERATION = "ACC99000001"
START, END = date(2025, 9, 1), date(2025, 9, 30)
SEPTEMBER = date(2025, 9, 1)
STEPS = 2880
TOWN_HALL, SCHOOL, POOL = "30001000000011", "30001000000022", "30001000000033"
ROOF, BARN = "30001000000044", "30001000000055"
FIRST_MAIL = datetime(2025, 10, 8, 9, 0, tzinfo=PARIS)


@dataclass
class Batch:
    """Collects rows of landing; `frames()` returns them as the computation receives them."""

    operation_id: str = OPERATION
    files: list[dict] = field(default_factory=list)
    rows: dict[str, list[dict]] = field(default_factory=dict)

    def file(self, kind, prm=None, series=None, *, period=(START, END), received_at=None, delivery=None, path=None):
        number = len(self.files)
        start, end = period or (None, None)
        self.files.append(
            {
                "file_id": f"{number:064x}",
                "path": path or f"livraison/{kind}_{number}.csv",
                "name": f"{kind}_{number}.csv",
                "delivery": delivery or "livraison",
                "kind": kind,
                "operation_id": self.operation_id,
                "prm": prm,
                "series": series,
                "period_start": start,
                "period_end": end,
                "received_at": received_at or FIRST_MAIL + timedelta(seconds=number),
                "size_bytes": 1,
                "status": "loaded",
            }
        )
        return f"{number:064x}"

    def add(self, table, **values):
        self.rows.setdefault(table, []).append({"operation_id": self.operation_id, **values})

    def curve(self, prm, series, watts, *, period=(START, END), step=15, received_at=None):
        file_id = self.file("curve", prm, series, period=period, received_at=received_at)
        self.add(
            "curve",
            file_id=file_id,
            prm=prm,
            series=series,
            period_start=period[0],
            period_end=period[1],
            step_minutes=step,
            watts=[None if value is None else float(value) for value in watts],
        )

    def energy(self, prm, series, energies, period=(START, END)):
        file_id = self.file("energy", prm, series, period=period)
        for line, (slot, value) in enumerate(energies.items(), start=1):
            self.add(
                "energy",
                file_id=file_id,
                line=line,
                prm=prm,
                series=series,
                period_start=period[0],
                period_end=period[1],
                slot=slot,
                energy_kwh=value,
            )

    def perimeter(self, stays, received_at=None, delivery=None, period=None):
        file_id = self.file("perimeter", period=period, received_at=received_at, delivery=delivery)
        for line, (prm, first, end) in enumerate(stays, start=2):
            self.add("perimeter", file_id=file_id, line=line, prm=prm, valid_from=first, valid_to=end)
        return file_id

    def annexe2(self, people, declared_on=date(2025, 1, 1), path=None):
        file_id = self.file("annexe2_participants", period=None, path=path)
        for line, (role, prm, share) in enumerate(people, start=2):
            self.add(
                "participant",
                file_id=file_id,
                line=line,
                declared_on=declared_on,
                role=role,
                prm=prm,
                share=None if share is None else Decimal(share),
            )

    def declare(self, declared_on=date(2025, 1, 1), path=None, kind="annexe2_operation", **fields):
        file_id = self.file(kind, period=None, path=path)
        self.add("operation", file_id=file_id, declared_on=declared_on, **fields)

    def dynamic(self, percents, period=(START, END), *, step=15, producer=None, received_at=None, path=None):
        file_id = self.file("dynamic_keys", period=period, received_at=received_at, path=path)
        for prm, values in percents.items():
            self.add(
                "dynamic_key",
                file_id=file_id,
                consumer_prm=prm,
                producer_prm=producer,
                period_start=period[0],
                period_end=period[1],
                step_minutes=step,
                percents=values,
            )

    def site(self, prm, hours=None, option=None):
        file_id = self.file("sites", period=None)
        self.rows.setdefault("site_row", []).append(
            {
                "file_id": file_id,
                "line": 2,
                "supplier": "FOURNISSEUR FICTIF",
                "listed_on": date(2025, 9, 30),
                "fluid": "electricity",
                "site_id": prm,
                "off_peak_hours": hours,
                "tariff_option": option,
            }
        )

    def frames(self):
        files = frame(landing.FILE, self.files)
        known = files.select("file_id", "received_at", "path")
        tables = {
            "curve": landing.CURVE,
            "energy": landing.ENERGY,
            "perimeter": landing.PERIMETER,
            "operation": landing.OPERATION,
            "participant": landing.PARTICIPANT,
            "dynamic_key": landing.DYNAMIC_KEY,
            "site_row": landing.SITE_ROW,
        }
        landed = {
            name: pl.DataFrame(self.rows.get(name, []), schema=polars_schema(table), strict=False).join(
                known, on="file_id"
            )
            for name, table in tables.items()
        }
        return landed | {"file": files}

    def compute(self, month=SEPTEMBER):
        landed = self.frames()
        return compute(landed, *self.marts(), month)

    def marts(self):
        landed = self.frames()
        return (
            operations(landed["operation"], landed["dynamic_key"], landed["file"]),
            participants(landed["perimeter"], landed["participant"], landed["file"]),
        )

    def keys(self):
        landed = self.frames()
        return distribution_keys(*self.marts(), landed["participant"], landed["dynamic_key"])


def ordinary(shares=(None, None)):
    """An operation of two consumers and one producer, constant powers: 1 000 W and 500 W against 2 000 W."""
    batch = Batch()
    forever = date(2025, 1, 1), None
    batch.perimeter([(TOWN_HALL, *forever), (SCHOOL, *forever), (ROOF, *forever)])
    batch.annexe2([("consumer", TOWN_HALL, shares[0]), ("consumer", SCHOOL, shares[1]), ("producer", ROOF, None)])
    batch.curve(TOWN_HALL, "consumption", [1000] * STEPS)
    batch.curve(SCHOOL, "consumption", [500] * STEPS)
    batch.curve(ROOF, "production", [2000] * STEPS)
    return batch


def row(frame_, **where):
    """The only row of the frame that has these values."""
    found = frame_.filter(*(pl.col(name) == value for name, value in where.items()))
    assert found.height == 1, found
    return found.row(0, named=True)
