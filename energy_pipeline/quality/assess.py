"""The rules checked on a publication, by Great Expectations on small pandas frames."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

import duckdb
import polars as pl

from energy_pipeline import warehouse
from energy_pipeline.quality.rules import Result, suites
from energy_pipeline.tables import marts

MONTHS = 3
"""Months looked at in the marts that grow with each of them: the last ones published."""


@dataclass(frozen=True)
class Assessment:
    """The rules checked on a publication, by mart."""

    published_at: datetime
    first_month: date | None
    last_month: date | None
    results: Mapping[str, tuple[Result, ...]]

    @property
    def failed(self) -> tuple[Result, ...]:
        """The rules that are broken."""
        return tuple(result for results in self.results.values() for result in results if not result.passed)


def assess(publication: Path, names: Iterable[str] | None = None) -> Assessment:
    """Return the results of the suites of the marts `names`, of all by default; nothing is written.

    A rule that cannot be checked counts as broken, with its error. WarehouseError when the publication is not read.
    """
    chosen = list(suites()) if names is None else list(names)
    with warehouse.connect(publication, read_only=True) as connection:
        about = warehouse.query(
            connection,
            "SELECT published_at, (max(month) - to_months($months))::DATE AS since, max(month) AS latest "
            "FROM marts.publication LEFT JOIN marts.operation_month ON true GROUP BY published_at",
            months=MONTHS - 1,
        ).row(0, named=True)
        parameters = {"since": about["since"], "latest": about["latest"]}
        results = {mart: _suite(connection, mart, parameters) for mart in chosen}
    return Assessment(about["published_at"], about["since"], about["latest"], results)


def _suite(
    connection: duckdb.DuckDBPyConnection, mart: str, parameters: Mapping[str, date | None]
) -> tuple[Result, ...]:
    # Great Expectations takes seconds to load: only when a publication is assessed.
    from energy_pipeline.quality.engine import validate  # noqa: PLC0415

    rules = suites()[mart]
    found: dict[str, Result] = {}
    for statement in dict.fromkeys(rule.statement for rule in rules):
        of_frame = [rule for rule in rules if rule.statement == statement]
        frame = _frame(connection, statement, parameters)
        if frame.is_empty() and mart != marts.PUBLICATION.name:
            found |= {rule.name: Result(rule, True, 0, 0) for rule in of_frame}
        else:
            found |= validate(of_frame, frame)
    return tuple(found[rule.name] for rule in rules)


def _frame(
    connection: duckdb.DuckDBPyConnection, statement: str, parameters: Mapping[str, date | None]
) -> pl.DataFrame:
    sql = warehouse.statement(statement)
    return warehouse.query(connection, sql, **{name: day for name, day in parameters.items() if f"${name}" in sql})
