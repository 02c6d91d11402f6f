"""The data dictionary, in Markdown, made from the registry and from the example of each mart, `sql/examples/`."""

from energy_pipeline.settings import SQL
from energy_pipeline.tables.model import Column, Table

EXAMPLES = SQL / "examples"
INTRODUCTION = """\
# Data dictionary

Made by `make dictionary` from `energy_pipeline/tables/`. Questions and their SQL: [cookbook](cookbook.md); words:
[glossary](glossary.md). In `energy-pipeline sql` and `shell` the schema `marts` needs no prefix.

## How to read the tables

- **Two sources side by side.** `x` is what we computed from curves and keys, `published_x` what Enedis published of it.
- **NULL is "not known", never zero**: `steps_missing` and the table `completeness` tell what is not there.
- **Units end the names**: `_kwh`; `_w`, mean power over a step (`_w` × `step_minutes` / 60 000 are kWh); `_eur`, before
  VAT unless `ttc` is said, positive when owed to us; `_rate` and `share`, fractions of 1.
- **Periods** are those of Enedis, not always civil months, both their days included (`period_start`, `period_end`);
  `month` is that of the last day. **Stays and prices** hold from `valid_from` until the day before `valid_to`.
- **Who.** `prm` is a text of 14 digits. A point may consume and inject: join on `operation_id`, `prm` and `role`. A PRM
  that starts with `00` stands for somebody who asked to be [forgotten](safety.md).
- **What was billed** is a detail: `supplier`, `invoice_number`, `detail_id`. An invoice has several, a site may too.
- **Instants** bear their zone; set `TimeZone` to `Europe/Paris` (`sql` and `shell` do). A day has 23, 24 or 25 hours.
- **Exchanges step by step** are not all stored: `exchange_step('ACC…', DATE '2025-10-01')` gives those of a day, as a
  table.
"""


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
    """Return how to read them, their list, and one section per table: meaning, key, source, columns, an example."""
    parts = [INTRODUCTION, "| table | what a row is about |", "|---|---|"]
    parts += [
        f"| [`{table.name}`](#{table.qualified_name.replace('.', '')}) | {table.description} |" for table in tables
    ]
    parts.append("")
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
