"""Hand-typed rows, made short."""

from datetime import date, datetime

import polars as pl

from energy_pipeline.periods.grid import PARIS
from energy_pipeline.tables import landing, marts, schemas

ACC = "ACC00000001"
SCHOOL, HALL, ROOF = "30001000000001", "30001000000002", "30001000090001"


def day(text: str) -> date:
    return date.fromisoformat(text)


def at(text: str) -> datetime:
    return datetime.fromisoformat(f"{text}T08:00:00").replace(tzinfo=PARIS)


def operations(*rows: dict[str, object]) -> pl.DataFrame:
    return schemas.frame(marts.OPERATION, [{"operation_id": ACC} | row for row in rows or ({},)])


def stay(prm: str, role: str, first: str, until: str | None = None, operation_id: str = ACC) -> dict[str, object]:
    return {
        "operation_id": operation_id, "prm": prm, "role": role, "valid_from": day(first),
        "valid_to": day(until) if until else None, "role_source": "annexe2",
    }  # fmt: skip


def participants(*rows: dict[str, object]) -> pl.DataFrame:
    return schemas.frame(marts.PARTICIPANT, list(rows))


def file(  # noqa: PLR0917
    kind: str,
    first: str | None = None,
    last: str | None = None,
    prm: str | None = None,
    series: str | None = None,
    received: str = "2025-11-08",
    status: str = "loaded",
    delivery: str = "d",
    operation_id: str | None = ACC,
    **more: object,
) -> dict[str, object]:
    name = "_".join(part for part in (prm or operation_id, first, last, series, kind) if part)
    return {
        "file_id": f"{name}-{received}-{status}", "path": f"{delivery}/{received}/{name}", "name": name,
        "delivery": delivery, "kind": kind, "operation_id": operation_id, "prm": prm, "series": series,
        "period_start": day(first) if first else None, "period_end": day(last) if last else None,
        "received_at": at(received), "size_bytes": 1, "status": status,
    } | more  # fmt: skip


def files(*rows: dict[str, object]) -> pl.DataFrame:
    return schemas.frame(landing.FILE, list(rows))


def line(  # noqa: PLR0917
    number: int, declared_on: str, prm: str | None, role: str = "consumer", share: object = None,
    operation_id: str = ACC,
) -> dict[str, object]:  # fmt: skip
    return {
        "file_id": f"a{declared_on}", "line": number, "operation_id": operation_id,
        "declared_on": day(declared_on), "role": role, "prm": prm, "share": share,
        "connection_request": None if prm else f"RACCO{number}",
    }  # fmt: skip


def declared(*rows: dict[str, object]) -> pl.DataFrame:
    made = schemas.frame(landing.PARTICIPANT, list(rows))
    return made.with_columns(
        received_at=pl.lit(at("2025-01-02")),
        path=pl.format("annexe2/{}_ANNEXE2.12.csv", pl.col("declared_on").dt.strftime("%Y%m%d")),
    )


def perimeter(*prms: str, received: str = "2025-11-08", operation_id: str = ACC) -> pl.DataFrame:
    rows: list[dict[str, object]] = [
        {"file_id": "p", "line": n + 2, "operation_id": operation_id, "prm": prm, "valid_from": day("2025-01-01")}
        for n, prm in enumerate(prms)
    ]
    return schemas.frame(landing.PERIMETER, rows).with_columns(
        received_at=pl.lit(at(received)), path=pl.lit("d/Perimetre_Participants.csv")
    )


def periods(*bounds: tuple[str, str], operation_id: str = ACC) -> pl.DataFrame:
    return pl.DataFrame(
        [(operation_id, day(first), day(last)) for first, last in bounds],
        schema={"operation_id": pl.String, "period_start": pl.Date, "period_end": pl.Date},
        orient="row",
    )
