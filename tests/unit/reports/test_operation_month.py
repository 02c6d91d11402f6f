"""The statement of the indicators of an operation, on rows typed by hand."""

from datetime import date

import duckdb
import pytest

from energy_pipeline import warehouse

MONTH = date(2025, 11, 1)
SHARED = ("self_consumption_kwh", "complement_kwh", "surplus_kwh", "self_consumption_rate", "self_production_rate")


@pytest.fixture
def connection() -> duckdb.DuckDBPyConnection:
    """Return one period with one consumer of 400 kWh, and no producer."""
    made = duckdb.connect()
    key = "operation_id VARCHAR, period_start DATE"
    consumer = ("consumption_kwh", "self_consumption_kwh", "complement_kwh")
    producer = ("production_kwh", "surplus_kwh")

    def both(names: tuple[str, ...]) -> str:
        return ", ".join(f"{name} DOUBLE, published_{name} DOUBLE" for name in names)

    made.execute(
        f"""
        CREATE SCHEMA marts; CREATE SCHEMA computed; CREATE SCHEMA staging;
        CREATE TABLE computed.operation_period ({key}, period_end DATE, month DATE, key_type VARCHAR,
            key_type_used VARCHAR, key_source VARCHAR, default_steps INT, steps_expected INT, steps_estimated INT,
            steps_missing INT);
        CREATE TABLE marts.consumer_month ({key}, month DATE, published_source VARCHAR, {both(consumer)});
        CREATE TABLE marts.producer_month ({key}, month DATE, {both(producer)});
        CREATE TABLE staging.synthesis ({key}, level VARCHAR, indicator VARCHAR, value DOUBLE);
        INSERT INTO computed.operation_period BY NAME
            SELECT 'ACC00000042' AS operation_id, DATE '2025-11-01' AS period_start, DATE '2025-11-30' AS period_end,
            DATE '2025-11-01' AS month, 2880 AS steps_expected, 0 AS steps_estimated, 0 AS steps_missing;
        INSERT INTO marts.consumer_month BY NAME
            SELECT 'ACC00000042' AS operation_id, DATE '2025-11-01' AS period_start, DATE '2025-11-01' AS month,
            400 AS consumption_kwh, 0 AS self_consumption_kwh, 400 AS complement_kwh;
        """
    )
    return made


def indicators(connection: duckdb.DuckDBPyConnection) -> dict[str, object]:
    [row] = warehouse.run(connection, "marts/operation_month", month=MONTH).iter_rows(named=True)
    return row


def test_without_any_production_curve_nothing_is_known_of_the_split(connection):
    row = indicators(connection)
    assert row["consumption_kwh"] == 400
    assert {name: row[name] for name in ("production_kwh", *SHARED)} == dict.fromkeys(("production_kwh", *SHARED))


def test_a_production_of_nothing_shares_nothing(connection):
    connection.execute(
        "INSERT INTO marts.producer_month BY NAME SELECT 'ACC00000042' AS operation_id, "
        "DATE '2025-11-01' AS period_start, DATE '2025-11-01' AS month, 0 AS production_kwh, 0 AS surplus_kwh"
    )
    row = indicators(connection)
    assert [row[name] for name in SHARED] == [0, 400, 0, None, 0]
