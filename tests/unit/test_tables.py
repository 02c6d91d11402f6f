"""The registry: DDL, pandera schemas and data dictionary say the same, and bad data is refused."""

from datetime import date
from decimal import Decimal

import duckdb
import polars as pl
import pytest

from energy_pipeline import tables
from energy_pipeline.settings import PROJECT
from energy_pipeline.tables import ddl, dictionary, landing, marts, schemas


@pytest.fixture(scope="module")
def database() -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect()
    for statement in ddl.statements(tables.ALL_TABLES):
        connection.execute(statement)
    return connection


@pytest.mark.parametrize("table", tables.ALL_TABLES, ids=lambda table: table.qualified_name)
def test_duckdb_gives_back_the_types_that_the_schema_validates(database, table):
    database.execute("SET TimeZone = 'Europe/Paris'")
    empty = database.sql(f"SELECT * FROM {table.qualified_name}").pl()
    assert dict(empty.schema) == schemas.polars_schema(table)
    schemas.validate(table, empty)


@pytest.mark.parametrize("table", tables.ALL_TABLES, ids=lambda table: table.qualified_name)
def test_every_table_and_column_is_described_in_the_catalogue(database, table):
    described = database.execute(
        "SELECT column_name FROM duckdb_columns() WHERE schema_name = ? AND table_name = ? AND comment IS NOT NULL",
        [table.schema, table.name],
    ).fetchall()
    assert {name for (name,) in described} == set(table.column_names)


def price(**changes: object) -> pl.DataFrame:
    row = {
        "file_id": "f", "line": 2, "operation_id": "ACC00000001", "price": "local_price",
        "valid_from": date(2025, 1, 1), "value": Decimal("0.095"),
    }  # fmt: skip
    return schemas.frame(landing.PRICE, [row | changes])


def test_a_good_row_passes():
    assert schemas.validate(landing.PRICE, price()).height == 1


@pytest.mark.parametrize(
    ("change", "column"),
    [
        ({"price": "free"}, "price"),
        ({"operation_id": "ACC1"}, "operation_id"),
        ({"prm": "3000100000001"}, "prm"),
        ({"valid_from": None}, "valid_from"),
    ],
)
def test_a_bad_value_is_refused_by_the_name_of_its_column(change, column):
    with pytest.raises(schemas.SchemaError, match=column):
        schemas.validate(landing.PRICE, price(**change))


def test_a_repeated_key_is_refused():
    with pytest.raises(schemas.SchemaError, match="line"):
        schemas.validate(landing.PRICE, pl.concat([price(), price()]))


def test_an_unknown_and_a_missing_column_are_refused():
    with pytest.raises(schemas.SchemaError, match="colour"):
        schemas.validate(landing.PRICE, price().with_columns(colour=pl.lit("red")))
    with pytest.raises(schemas.SchemaError, match="value"):
        schemas.validate(landing.PRICE, price().drop("value"))
    with pytest.raises(KeyError, match="colour"):
        schemas.frame(landing.PRICE, [{"colour": "red"}])


def test_a_value_of_another_type_is_an_error_never_a_null():
    with pytest.raises(TypeError, match="value"):
        price(value="0,095")


def test_the_contract_of_the_marts_holds():
    """Columns that readers rely on, typed from the contract: they may gain company, never leave."""
    contract = {
        "operation": "operation_id name organiser key_type anniversary_day",
        "participant": "operation_id prm role valid_from valid_to name",
        "distribution_key": "operation_id consumer_prm producer_prm valid_from valid_to share",
        "operation_month": "operation_id period_start period_end month key_type key_type_used default_steps "
        "steps_expected steps_estimated steps_missing consumption_kwh production_kwh self_consumption_kwh "
        "complement_kwh surplus_kwh self_consumption_rate self_production_rate coverage_rate "
        "published_self_consumption_kwh published_source",
        "consumer_month": "operation_id period_start prm month period_end consumption_kwh self_consumption_kwh "
        "complement_kwh published_complement_kwh published_source",
        "consumer_slot_month": "operation_id period_start prm slot slot_source complement_kwh",
        "producer_month": "operation_id period_start prm production_kwh self_produced_kwh surplus_kwh",
        "exchange_month": "operation_id period_start producer_prm consumer_prm energy_kwh",
        "curve": "operation_id prm role step_start step_minutes consumption_w production_w self_consumption_w "
        "complement_w surplus_w published_self_consumption_w published_complement_w published_surplus_w quality",
        "finding": "finding_id check_name severity party month operation_id prm role supplier invoice_number "
        "detail_id period_start period_end expected observed unit amount_eur amount_ttc_eur evidence message",
        "file": "file_id name kind operation_id period_start period_end received_at status reason",
        "site": "prm pce fluid name segment tariff_option subscribed_kva car_kwh status valid_from valid_to",
        "invoice": "supplier invoice_number invoice_date kind origin_number grouping total_excl_vat_eur vat_eur "
        "total_incl_vat_eur",
        "invoice_line": "supplier invoice_number detail_id prm component period_start period_end quantity_kwh "
        "amount_eur",
        "invoice_reconciliation": "supplier invoice_number detail_id prm operation_id period_start period_end reading "
        "billed_kwh consumption_kwh self_consumption_kwh complement_kwh expected_kwh verdict amount_eur",
    }
    found = {table.name: set(table.column_names) for table in marts.TABLES}
    for name, columns in contract.items():
        assert set(columns.split()) <= found[name], name


def test_the_data_dictionary_is_up_to_date():
    written = (PROJECT / "docs" / "data_dictionary.md").read_text(encoding="utf-8")
    assert written == dictionary.markdown(marts.TABLES), "run `make dictionary`"
