"""What the interface shows of an asset: the columns of its main table, from the registry, and all its tables."""

from typing import Any

import dagster as dg

from energy_pipeline.tables import Table


def described(main: Table, *others: Table) -> dict[str, Any]:
    """Return the metadata of an asset that writes `main` and `others`: columns with units, names of tables."""
    columns = [
        dg.TableColumn(
            column.name,
            column.type,
            f"{column.description} [{column.unit}]" if column.unit else column.description,
            constraints=dg.TableColumnConstraints(nullable=column.nullable),
        )
        for column in main.columns
    ]
    return {
        "dagster/column_schema": dg.TableSchema(columns=columns),
        "tables": ", ".join(table.qualified_name for table in (main, *others)),
    }
