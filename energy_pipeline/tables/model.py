"""What a column and a table are: the one description from which DDL, pandera schema and data dictionary are made."""

from dataclasses import dataclass, replace
from typing import Literal

type_names = Literal[
    "VARCHAR", "DOUBLE", "INTEGER", "BIGINT", "BOOLEAN", "DATE", "TIMESTAMPTZ", "JSON",
    "DECIMAL(18,2)", "DECIMAL(18,4)", "DECIMAL(18,6)", "FLOAT[]", "DOUBLE[]", "INTEGER[]", "UTINYINT[]",
]  # fmt: skip


@dataclass(frozen=True)
class Column:
    """A column: its DuckDB type, unit, meaning and the rules that its values obey."""

    name: str
    type: type_names
    description: str
    unit: str = ""
    nullable: bool = False
    allowed: tuple[str, ...] = ()
    minimum: float | None = None
    maximum: float | None = None
    pattern: str | None = None

    def optional(self) -> "Column":
        """Return the same column, NULL allowed."""
        return replace(self, nullable=True)

    def named(self, name: str, description: str) -> "Column":
        """Return a column of the same kind under another name."""
        return replace(self, name=name, description=description)


@dataclass(frozen=True)
class Table:
    """A table of the warehouse: `schema.name`, its columns and its business key."""

    schema: str
    name: str
    description: str
    columns: tuple[Column, ...]
    key: tuple[str, ...] = ()
    source: str = ""
    """Article of the convention, law or design that defines the table."""

    @property
    def qualified_name(self) -> str:
        """`schema.name`, as written in SQL."""
        return f"{self.schema}.{self.name}"

    @property
    def column_names(self) -> tuple[str, ...]:
        """The names of the columns, in order."""
        return tuple(column.name for column in self.columns)

    def __post_init__(self) -> None:
        names = self.column_names
        if len(set(names)) != len(names):
            raise ValueError(f"{self.qualified_name}: a column is named twice")
        if missing := set(self.key) - set(names):
            raise ValueError(f"{self.qualified_name}: key columns {missing} do not exist")
