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


def descriptions(table: Table) -> dict[str, str]:
    """Return what the catalogue of DuckDB is to say of the table and of its columns, by qualified name."""
    about = f"{table.description} Source: {table.source}." if table.source else table.description
    columns = {f"{table.qualified_name}.{column.name}": _comment(column) for column in table.columns}
    return {table.qualified_name: about, **columns}


def comment(name: str, text: str) -> str:
    """Return the statement that describes a table (`schema.table`) or a column (`schema.table.column`)."""
    return f"COMMENT ON {'COLUMN' if name.count('.') == 2 else 'TABLE'} {name} IS {_quoted(text)}"


def create_schemas(tables: tuple[Table, ...]) -> list[str]:
    """Return the statements that create the schemas of `tables`."""
    return [f"CREATE SCHEMA IF NOT EXISTS {schema}" for schema in sorted({table.schema for table in tables})]


def statements(tables: tuple[Table, ...]) -> list[str]:
    """Return all the statements that create `tables` in a new database, their schemas first."""
    made = [create_table(table) for table in tables]
    said = [comment(name, text) for table in tables for name, text in descriptions(table).items()]
    return [*create_schemas(tables), *made, *said]
