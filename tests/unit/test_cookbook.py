"""The cookbook and the examples of the dictionary: written down as they are in `sql/`, one for each mart."""

import duckdb
import pytest

from energy_pipeline.tables import cookbook, ddl, dictionary, marts


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
