"""The statement of the exchanges, on arrays typed by hand: what a producer without a curve gave is not known."""

from datetime import date

import duckdb
import pytest

from energy_pipeline import warehouse


@pytest.mark.parametrize(("measured", "given"), [("[4000, NULL]", 3.5), ("[NULL, NULL]", None), ("[0, 0]", 3.5)])
def test_what_a_producer_without_any_curve_gave_is_not_known(measured, given):
    connection = duckdb.connect()
    connection.execute(
        f"""
        CREATE SCHEMA computed; CREATE SCHEMA staging;
        CREATE TABLE computed.operation_period AS
            SELECT 'ACC00000042' AS operation_id, DATE '2025-11-01' AS period_start, DATE '2025-11-30' AS period_end,
            DATE '2025-11-01' AS month;
        CREATE TABLE computed.curve AS
            SELECT 'ACC00000042' AS operation_id, DATE '2025-11-01' AS period_start, '30001000000099' AS prm,
            'producer' AS role, {measured}::DOUBLE[] AS measured_w;
        CREATE TABLE computed.exchange AS
            SELECT 'ACC00000042' AS operation_id, DATE '2025-11-01' AS period_start, '30001000000099' AS producer_prm,
            '30001000000011' AS consumer_prm, 3.5 AS energy_kwh;
        CREATE TABLE staging.exchange AS SELECT * FROM computed.exchange LIMIT 0;
        """
    )
    [row] = warehouse.run(connection, "marts/exchange_month", month=date(2025, 11, 1)).to_dicts()
    assert row["energy_kwh"] == given
