"""The cookbook and the examples of the dictionary: written down as they are in `sql/`, one for each mart."""

from datetime import UTC, date, datetime

import duckdb
import pytest

from energy_pipeline.tables import cookbook, ddl, dictionary, marts
from tests.publications import OPERATION, period, write


@pytest.fixture(scope="module")
def database() -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect()
    for statement in ddl.statements(marts.TABLES):
        connection.execute(statement)
    return connection


def test_the_page_is_up_to_date():
    written = cookbook.PAGE.read_text(encoding="utf-8")
    assert written == cookbook.page(written), "run `make dictionary`"


def test_twenty_questions_are_asked_once_each():
    asked = [recipe.question for recipe in cookbook.recipes()]
    assert len(asked) >= 20
    assert len(set(asked)) == len(asked)


def test_a_recipe_without_a_question_is_refused():
    with pytest.raises(ValueError, match="21_no_question"):
        cookbook._recipe("21_no_question", ["-- Rows of the mart.", "SELECT 1"])


@pytest.mark.parametrize("table", marts.TABLES, ids=lambda table: table.name)
def test_each_mart_has_an_example_that_reads_it(database, table):
    query = dictionary.example(table)
    assert query is not None, f"write sql/examples/{table.name}.sql, then run `make dictionary`"
    assert f"marts.{table.name}" in query
    database.sql(query).fetchall()


@pytest.mark.parametrize("recipe", cookbook.recipes(), ids=lambda recipe: recipe.name)
def test_each_recipe_runs_on_a_warehouse_without_rows(database, recipe):
    assert database.sql(recipe.sql).fetchall() == []


def test_each_example_stands_for_a_mart():
    names = {path.stem for path in dictionary.EXAMPLES.glob("*.sql")}
    assert names == {table.name for table in marts.TABLES}


def test_a_step_that_is_not_known_is_neither_a_gain_nor_a_best(tmp_path):
    """Two steps of an hour, of two consumers: the production of the second step is not known."""
    steps = [
        ("30001000000011", "consumer", 10, {"consumption_w": 9000, "self_consumption_w": 3000, "complement_w": 6000}),
        ("30001000000011", "consumer", 11, {"consumption_w": 9000, "self_consumption_w": 0, "complement_w": 9000}),
        ("30001000000022", "consumer", 10, {}),
        ("30001000000044", "producer", 10, {"production_w": 8000, "self_consumption_w": 3000, "surplus_w": 5000}),
        ("30001000000044", "producer", 11, {}),
    ]
    september = period(date(2025, 9, 1), date(2025, 9, 30))
    curves = [
        september
        | {"prm": prm, "role": role, "step_start": datetime(2025, 9, 1, hour, tzinfo=UTC), "step_minutes": 60}
        | {"quality": "measured" if watts else "missing"}
        | watts
        for prm, role, hour, watts in steps
    ]
    counts = dict.fromkeys(("default_steps", "steps_expected", "steps_estimated", "steps_missing"), 0)
    written = write(
        tmp_path / "energy.duckdb",
        {marts.CURVE: curves, marts.OPERATION_MONTH: [september | counts]},
    )
    with duckdb.connect(str(written), read_only=True) as connection:
        connection.execute("SET TimeZone = 'Europe/Paris'")
        gain, best = (
            connection.sql(recipe.sql).fetchall() for recipe in cookbook.recipes() if recipe.name[:2] in ("01", "20")
        )
    assert gain == [(OPERATION, "30001000000011", None, 5.0, None)]
    assert [row[3:] for row in best] == [(3.0, 8.0, 37.5)]
