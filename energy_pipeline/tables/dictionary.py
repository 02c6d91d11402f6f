"""The data dictionary, in Markdown, made from the registry and from the example of each mart, `sql/examples/`."""

from energy_pipeline.settings import SQL
from energy_pipeline.tables.model import Column, Table

EXAMPLES = SQL / "examples"


def example(table: Table) -> str | None:
    """Return the example query of the table, `sql/examples/<name>.sql`, which any client of DuckDB can run."""
    path = EXAMPLES / f"{table.name}.sql"
    return path.read_text(encoding="utf-8").rstrip() if path.exists() else None


def _rules(column: Column) -> str:
    rules = [] if column.nullable else ["required"]
    if column.allowed:
        rules.append(" · ".join(f"`{value}`" for value in column.allowed))
    if column.pattern:
        rules.append(f"`{column.pattern}`".replace("|", "\\|"))
    return ", ".join(rules)


def markdown(tables: tuple[Table, ...]) -> str:
    """Return one section per table: meaning, key, source, its columns with type, unit and rules, an example."""
    parts = ["# Data dictionary", "", "Made by `make dictionary` from `energy_pipeline/tables/`.", ""]
    for table in tables:
        parts += [f"## {table.qualified_name}", "", table.description, ""]
        if table.key:
            parts.append("Key: " + ", ".join(f"`{name}`" for name in table.key) + ".  ")
        if table.source:
            parts.append(f"Source: {table.source}.")
        parts += ["", "| column | type | unit | meaning | rules |", "|---|---|---|---|---|"]
        parts += [
            f"| `{column.name}` | {column.type} | {column.unit} | {column.description} | {_rules(column)} |"
            for column in table.columns
        ]
        if query := example(table):
            parts += ["", "```sql", query, "```"]
        parts.append("")
    return "\n".join(parts).rstrip() + "\n"


if __name__ == "__main__":
    from energy_pipeline.tables import marts

    print(markdown(marts.TABLES), end="")
