"""DDL of the registry: schemas, tables, comments."""

from energy_pipeline.tables.model import Column, Table


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _comment(column: Column) -> str:
    return f"{column.description} [{column.unit}]" if column.unit else column.description


def create_table(table: Table) -> str:
    """Return `CREATE TABLE IF NOT EXISTS`, without primary key: a delete and an insert share one transaction."""
    rows = ",\n".join(
        f"  {column.name} {column.type}{'' if column.nullable else ' NOT NULL'}" for column in table.columns
    )
    return f"CREATE TABLE IF NOT EXISTS {table.qualified_name} (\n{rows}\n)"


def comments(table: Table) -> list[str]:
    """Return the statements that describe the table and its columns in the catalogue of DuckDB."""
    about = f"{table.description} Source: {table.source}." if table.source else table.description
    return [
        f"COMMENT ON TABLE {table.qualified_name} IS {_quoted(about)}",
        *(
            f"COMMENT ON COLUMN {table.qualified_name}.{column.name} IS {_quoted(_comment(column))}"
            for column in table.columns
        ),
    ]


def statements(tables: tuple[Table, ...]) -> list[str]:
    """Return all the statements that create `tables`, their schemas first."""
    schemas = sorted({table.schema for table in tables})
    return [
        *(f"CREATE SCHEMA IF NOT EXISTS {schema}" for schema in schemas),
        *(statement for table in tables for statement in (create_table(table), *comments(table))),
    ]
