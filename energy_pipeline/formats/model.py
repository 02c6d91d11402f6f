"""What a reader gives back, and how it refuses: the same for each outside file."""

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from energy_pipeline.tables.landing import TABLE_OF_KIND
from energy_pipeline.tables.model import Table

Row = dict[str, Any]


class BadFile(Exception):  # noqa: N818 - the word of the trade: the file is bad, the program is not
    """A file that must be refused whole; `reason` is a French sentence, the rest says where."""

    def __init__(self, reason: str, line: int | None = None, column: str | None = None, value: str | None = None):
        super().__init__(reason)
        self.reason = reason
        self.line = line
        self.column = column
        self.value = None if value is None else value[:200]

    def __str__(self) -> str:
        where = [
            *([f"ligne {self.line}"] if self.line is not None else []),
            *([f"colonne « {self.column} »"] if self.column is not None else []),
            *([f"valeur « {self.value} »"] if self.value is not None else []),
        ]
        return f"{self.reason} ({', '.join(where)})" if where else self.reason


@dataclass(frozen=True)
class Note:
    """Something odd in a file that could be read all the same: it becomes a row of `landing.note`."""

    message: str
    line: int | None = None
    value: str | None = None
    check_name: str = "file_note"


@dataclass(frozen=True)
class Reading:
    """A file, read: rows of the table of its kind, without `file_id`.

    `operation_id` is None when neither the name nor the content tells it; rows of such a file bear none either.
    A curve has one row, whose `watts` is a float32 array in which NaN stands for a step that the file has not.
    """

    kind: str
    rows: list[Row]
    operation_id: str | None = None
    prm: str | None = None
    series: str | None = None
    period_start: date | None = None
    period_end: date | None = None
    notes: tuple[Note, ...] = field(default=())
    others: tuple["Reading", ...] = ()
    """What else the same file tells, in rows of other kinds: the participants of an Annexe 2.1."""

    @property
    def table(self) -> Table:
        """The landing table that the rows belong to."""
        return TABLE_OF_KIND[self.kind]
