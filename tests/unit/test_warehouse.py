"""The warehouse: tables made, completed and described as the registry says, whatever the file held before."""

from datetime import date
from pathlib import Path

import duckdb
import polars as pl

from energy_pipeline import warehouse
from energy_pipeline.tables import marts


def described(connection: duckdb.DuckDBPyConnection, column: str) -> list[tuple[str | None]]:
    return connection.execute(
        "SELECT comment FROM duckdb_columns() WHERE table_name = 'operation' AND column_name = ?", [column]
    ).fetchall()


def test_a_file_of_an_earlier_version_gains_the_columns_and_descriptions_it_lacks():
    connection = duckdb.connect()
    connection.execute("CREATE SCHEMA marts; CREATE TABLE marts.operation (operation_id VARCHAR, name VARCHAR)")
    connection.execute("COMMENT ON COLUMN marts.operation.name IS 'said otherwise'")
    connection.execute("INSERT INTO marts.operation VALUES ('ACC00000001', 'École')")
    for _ in range(2):
        warehouse.create(connection, marts.TABLES)
        rows = warehouse.query(connection, "SELECT * FROM marts.operation")
        assert set(rows.columns) == set(marts.OPERATION.column_names)
        assert rows.select("operation_id", "name", "organiser").row(0) == ("ACC00000001", "École", None)
        by_name = {column.name: column.description for column in marts.OPERATION.columns}
        assert described(connection, "name") == [(by_name["name"],)]
        assert described(connection, "organiser") == [(by_name["organiser"],)]


def test_parameters_bind_dates_lists_and_nulls_and_keep_the_types():
    connection = duckdb.connect()
    connection.execute("SET TimeZone = 'Europe/Paris'")
    rows = warehouse.query(
        connection,
        "SELECT $day AS day, [1.5, NULL]::FLOAT[] AS watts, TIMESTAMPTZ '2025-10-26 00:30:00+00' AS at, "
        "1.10::DECIMAL(18, 2) AS euros WHERE 'b' IN $names AND $nothing IS NULL",
        day=date(2025, 10, 26), names=["a", "b"], nothing=None,
    )  # fmt: skip
    assert rows.schema == {
        "day": pl.Date, "watts": pl.List(pl.Float32), "at": pl.Datetime("us", "Europe/Paris"),
        "euros": pl.Decimal(18, 2),
    }  # fmt: skip
    assert rows["watts"].to_list() == [[1.5, None]]
    assert f"{rows['at'].item():%H:%M %z}" == "02:30 +0200"


def test_a_session_beside_reads_what_is_committed_at_the_same_clock(tmp_path: Path):
    with warehouse.connect(tmp_path / "energy.duckdb", holds_arrays=True) as connection:
        connection.execute("CREATE TABLE reading (instant TIMESTAMPTZ)")
        connection.execute("INSERT INTO reading VALUES ('2025-10-26 00:30:00+00')")
        with warehouse.beside(connection) as session, warehouse.transaction(connection):
            connection.execute("INSERT INTO reading VALUES ('2025-10-26 01:30:00+00')")
            (instant,) = warehouse.query(session, "SELECT instant FROM reading")["instant"]
        assert f"{instant:%H:%M %z}" == "02:30 +0200"
        assert warehouse.query(connection, "SELECT count(*) FROM reading").item() == 2, "the first goes on"
