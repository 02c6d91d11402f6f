"""The data dictionary, in Markdown, made from the registry."""

from energy_pipeline.tables.model import Column, Table


def _rules(column: Column) -> str:
    rules = [] if column.nullable else ["required"]
    if column.allowed:
        rules.append(" · ".join(f"`{value}`" for value in column.allowed))
    if column.pattern:
        rules.append(f"`{column.pattern}`".replace("|", "\\|"))
    return ", ".join(rules)


def markdown(tables: tuple[Table, ...]) -> str:
    """Return one section per table: meaning, key, source, and its columns with type, unit and rules."""
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
        parts.append("")
    return "\n".join(parts).rstrip() + "\n"


if __name__ == "__main__":
    from energy_pipeline.tables import marts

    print(markdown(marts.TABLES), end="")
