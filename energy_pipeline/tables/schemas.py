"""pandera schemas of the registry, for collected Polars frames (pandera checks no value of a LazyFrame)."""

from functools import cache

import pandera.polars as pa
import polars as pl
from pandera.errors import SchemaErrors

from energy_pipeline.tables.model import Column, Table

POLARS_TYPES: dict[str, pl.DataType] = {
    "VARCHAR": pl.String(),
    "JSON": pl.String(),
    "DOUBLE": pl.Float64(),
    "INTEGER": pl.Int32(),
    "BIGINT": pl.Int64(),
    "BOOLEAN": pl.Boolean(),
    "DATE": pl.Date(),
    "TIMESTAMPTZ": pl.Datetime("us", "Europe/Paris"),
    "DECIMAL(18,2)": pl.Decimal(18, 2),
    "DECIMAL(18,4)": pl.Decimal(18, 4),
    "DECIMAL(18,6)": pl.Decimal(18, 6),
    "FLOAT[]": pl.List(pl.Float32()),
    "DOUBLE[]": pl.List(pl.Float64()),
    "INTEGER[]": pl.List(pl.Int32()),
    "UTINYINT[]": pl.List(pl.UInt8()),
}


class SchemaError(Exception):
    """A frame does not obey its table: `str(fault)` lists column, rule and first values at fault."""


def polars_schema(table: Table) -> dict[str, pl.DataType]:
    """Return the Polars types of the table's columns, in order."""
    return {column.name: POLARS_TYPES[column.type] for column in table.columns}


def empty(table: Table) -> pl.DataFrame:
    """Return a frame of the table without rows."""
    return pl.DataFrame(schema=polars_schema(table))


def frame(table: Table, rows: list[dict[str, object]]) -> pl.DataFrame:
    """Return `rows` as a frame of the table: missing columns are NULL, an unknown column is a KeyError.

    A value that its column cannot hold is a TypeError: Polars would make it NULL.
    """
    known = set(table.column_names)
    given = dict.fromkeys(known, 0)
    for row in rows:
        if unknown := set(row) - known:
            raise KeyError(f"{table.qualified_name} has no column {sorted(unknown)}")
        for name, value in row.items():
            given[name] += value is not None
    made = pl.DataFrame(rows, schema=polars_schema(table)) if rows else empty(table)
    if lost := [name for name in table.column_names if made.height - made[name].null_count() != given[name]]:
        raise TypeError(f"{table.qualified_name}: values of another type in {lost}")
    return made


def _checks(column: Column) -> list[pa.Check]:
    checks = []
    if column.allowed:
        checks.append(pa.Check.isin(column.allowed))
    if column.pattern:
        checks.append(pa.Check.str_matches(column.pattern))
    if column.minimum is not None:
        checks.append(pa.Check.ge(column.minimum))
    if column.maximum is not None:
        checks.append(pa.Check.le(column.maximum))
    return checks


@cache
def schema(table: Table) -> pa.DataFrameSchema:
    """Return the pandera schema of the table: types, NULLs, values, unique key, no other column."""
    return pa.DataFrameSchema(
        {
            column.name: pa.Column(
                dtype=POLARS_TYPES[column.type], checks=_checks(column), nullable=column.nullable, required=True
            )
            for column in table.columns
        },
        unique=list(table.key) or None,
        strict=True,
        name=table.qualified_name,
    )


def validate(table: Table, rows: pl.DataFrame) -> pl.DataFrame:
    """Return `rows` in the table's order of columns, or raise SchemaError with every rule broken."""
    ordered = rows.select(*table.column_names) if set(rows.columns) == set(table.column_names) else rows
    try:
        schema(table).validate(ordered, lazy=True)
    except SchemaErrors as errors:
        cases = errors.failure_cases.select("column", "check", "failure_case").unique(maintain_order=True).head(10)
        listed = "; ".join(f"{column}: {check} ({value})" for column, check, value in cases.iter_rows())
        raise SchemaError(f"{table.qualified_name}: {listed}") from errors
    return ordered
