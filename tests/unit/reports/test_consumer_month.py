"""The statement of the energies of the consumers, on curves typed by hand: four steps of an hour."""

from datetime import date

import duckdb
import polars as pl
import pytest

from energy_pipeline import warehouse

MONTH = date(2025, 11, 1)
MEASURED, MISSING = 1, 5
KEYS = "operation_id VARCHAR, period_start DATE, prm VARCHAR"


@pytest.fixture
def connection() -> duckdb.DuckDBPyConnection:
    made = duckdb.connect()
    made.execute(
        f"""
        CREATE SCHEMA computed; CREATE SCHEMA staging;
        CREATE TABLE computed.operation_period (operation_id VARCHAR, period_start DATE, period_end DATE, month DATE,
            steps_missing INT, default_steps INT);
        CREATE TABLE computed.curve ({KEYS}, role VARCHAR, step_minutes INT, quality UTINYINT[], measured_w DOUBLE[],
            self_consumption_w DOUBLE[], remainder_w DOUBLE[], published_self_consumption_w DOUBLE[],
            published_remainder_w DOUBLE[]);
        CREATE TABLE staging.energy ({KEYS}, series VARCHAR, energy_kwh DOUBLE);
        CREATE TABLE staging.synthesis ({KEYS}, level VARCHAR, indicator VARCHAR, value DOUBLE);
        """
    )
    return made


def period(connection: duckdb.DuckDBPyConnection, steps_missing: int = 0, default_steps: int = 0) -> None:
    connection.execute(
        "INSERT INTO computed.operation_period VALUES "
        f"('ACC00000042', '2025-11-01', '2025-11-30', '2025-11-01', {steps_missing}, {default_steps})"
    )


def curve(
    connection: duckdb.DuckDBPyConnection, prm: str, role: str, measured: list[float | None], shared: list[float | None]
) -> None:
    rest = [
        None if power is None or part is None else power - part for power, part in zip(measured, shared, strict=True)
    ]
    connection.execute(
        "INSERT INTO computed.curve BY NAME SELECT 'ACC00000042' AS operation_id, DATE '2025-11-01' AS period_start, "
        "$prm AS prm, $role AS role, 60 AS step_minutes, $quality AS quality, $measured AS measured_w, "
        "$shared AS self_consumption_w, $rest AS remainder_w",
        {
            "prm": prm, "role": role, "measured": measured, "shared": shared, "rest": rest,
            "quality": [MISSING if power is None else MEASURED for power in measured],
        },
    )  # fmt: skip


def consumers(connection: duckdb.DuckDBPyConnection) -> dict[str, tuple[float | None, ...]]:
    rows = warehouse.run(connection, "marts/consumer_month", month=MONTH).filter(pl.col("prm").str.ends_with("1"))
    names = ("consumption_kwh", "self_consumption_kwh", "complement_kwh", "self_production_rate")
    return {row["prm"]: tuple(row[name] for name in names) for row in rows.iter_rows(named=True)}


FULL = ([10000.0] * 4, [4000.0] * 4)


def test_with_every_curve_the_rate_is_the_share_of_the_consumption(connection):
    period(connection)
    curve(connection, "30001000000011", "consumer", *FULL)
    curve(connection, "30001000000099", "producer", [4000.0] * 4, [4000.0] * 4)
    assert consumers(connection) == {"30001000000011": (40, 16, 24, 0.4)}


@pytest.mark.parametrize("producer", [None, [None] * 4], ids=["no producer", "its curve is missing"])
def test_without_any_production_curve_what_was_received_is_not_known(connection, producer):
    period(connection, steps_missing=4 if producer else 0)
    curve(connection, "30001000000011", "consumer", [10000.0] * 4, [0.0] * 4)
    if producer:
        curve(connection, "30001000000099", "producer", producer, producer)
    assert consumers(connection) == {"30001000000011": (40, None, None, None)}


def test_a_production_of_nothing_is_known_to_give_nothing(connection):
    period(connection)
    curve(connection, "30001000000011", "consumer", [10000.0] * 4, [0.0] * 4)
    curve(connection, "30001000000099", "producer", [0.0] * 4, [0.0] * 4)
    assert consumers(connection) == {"30001000000011": (40, 0, 40, 0)}


def test_a_missing_step_leaves_no_rate_to_whom_it_concerns(connection):
    period(connection, steps_missing=1)
    curve(connection, "30001000000011", "consumer", [10000.0, None, 10000.0, 10000.0], [4000.0, None, 4000.0, 4000.0])
    curve(connection, "30001000000021", "consumer", *FULL)
    curve(connection, "30001000000099", "producer", [8000.0] * 4, [8000.0] * 4)
    assert consumers(connection) == {"30001000000011": (30, 12, 18, None), "30001000000021": (40, 16, 24, 0.4)}


def test_with_default_keys_a_missing_step_of_another_concerns_all(connection):
    period(connection, steps_missing=1, default_steps=4)
    curve(connection, "30001000000011", "consumer", [10000.0, None, 10000.0, 10000.0], [4000.0, None, 4000.0, 4000.0])
    curve(connection, "30001000000021", "consumer", *FULL)
    curve(connection, "30001000000099", "producer", [8000.0] * 4, [8000.0] * 4)
    assert {row[3] for row in consumers(connection).values()} == {None}


def test_a_missing_step_of_a_producer_concerns_all(connection):
    period(connection, steps_missing=1)
    curve(connection, "30001000000011", "consumer", *FULL)
    curve(connection, "30001000000099", "producer", [4000.0, None, 4000.0, 4000.0], [4000.0, None, 4000.0, 4000.0])
    assert consumers(connection) == {"30001000000011": (40, 16, 24, None)}
