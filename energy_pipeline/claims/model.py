"""What a letter is, whatever the file it is written to: blocks of text and tables, all values already in French."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Column:
    """A column of a table: header, alignment, width relative to the other columns."""

    header: str
    align: Literal["left", "right"]
    width: float


@dataclass(frozen=True)
class Table:
    """Rows of cells (a cell may have several lines), and a last row of totals."""

    columns: tuple[Column, ...]
    rows: tuple[tuple[str, ...], ...]
    total: tuple[str, ...] | None = None


@dataclass(frozen=True)
class Text:
    """A heading, a paragraph or an item of a list; `**…**` is bold."""

    kind: Literal["heading", "paragraph", "item"]
    text: str


Block = Text | Table


@dataclass(frozen=True)
class Letter:
    """A letter ready to be written; `to_complete` says, in French, what is left in dots for the signatory."""

    sender: tuple[str, ...]
    recipient: tuple[str, ...]
    delivery: str
    place_and_date: str
    subject: str
    references: tuple[tuple[str, str], ...]
    body: tuple[Block, ...]
    signature: tuple[str, ...]
    attachments: tuple[str, ...]
    annex: tuple[Block, ...]
    to_complete: tuple[str, ...]
