"""Points whose holder is forgotten: what their files say is read under a stand-in, without a word on the holder."""

import io
import re
import zipfile
from collections.abc import Callable, Collection
from dataclasses import replace
from typing import Any

from energy_pipeline.formats.model import BadFile, Note, Reading
from energy_pipeline.landing.walk import Entry

StandIn = Callable[[str], str | None]
"""Gives the stand-in, 14 digits too, of a PRM whose holder is forgotten; None for any other PRM."""
POINTS = ("prm", "consumer_prm", "producer_prm", "site_id")
"""Columns that tell which point a row is about."""
NAMES = ("name", "site_name", "holder")
ERASED_NAME = "Participant effacé"
PERSONAL = (
    "address", "site_address", "site_code", "post_code", "city", "email", "siret_rna", "connection_request",
    "meter_number", "author", "label", "document", "extra",
)  # fmt: skip
"""Columns that may tell who holds the point of the row: NAMES become ERASED_NAME, these are emptied."""
NOT_COPIED = "Contenu non recopié : il concerne un participant effacé.\n"
_MEMBER_BYTES = 64 << 20
_PRM = re.compile(r"(?<!\d)\d{14}(?!\d)")
_PRM_BYTES = re.compile(rb"(?<!\d)\d{14}(?!\d)")


def text(words: str, stand_in: StandIn) -> str:
    """Return the words, each forgotten PRM replaced."""
    return _PRM.sub(lambda found: stand_in(found[0]) or found[0], words)


def names(words: str, stand_in: StandIn | None) -> bool:
    """Whether the words tell a forgotten PRM."""
    return stand_in is not None and text(words, stand_in) != words


def entry(known: Entry, stand_in: StandIn) -> Entry:
    """Return the file under names that hide the forgotten points; its bytes are still found where they are."""
    shown = tuple(text(part, stand_in) for part in known.chain)
    return replace(known, shown=shown if shown != known.chain else (), subject=text(known.subject, stand_in))


def reading(read: Reading, stand_in: StandIn) -> Reading:
    """Return what a file says, without what tells who holds the forgotten points."""
    return replace(
        read,
        prm=read.prm and text(read.prm, stand_in),
        rows=[_row(row, stand_in) for row in read.rows],
        notes=tuple(
            Note(text(note.message, stand_in), note.line, note.value and text(note.value, stand_in), note.check_name)
            for note in read.notes
        ),
        others=tuple(reading(other, stand_in) for other in read.others),
    )


def _row(row: dict[str, Any], stand_in: StandIn) -> dict[str, Any]:
    points = {column: stand_in(row[column]) for column in POINTS if row.get(column)}
    if points and not any(points.values()):
        return row
    hidden = {column: text(value, stand_in) if isinstance(value, str) else value for column, value in row.items()}
    return hidden | (_nobody(row) if points else {})


def _nobody(columns: Collection[str]) -> dict[str, str | None]:
    named: dict[str, str | None] = dict.fromkeys((name for name in NAMES if name in columns), ERASED_NAME)
    return named | dict.fromkeys(name for name in PERSONAL if name in columns)


def refusal(fault: BadFile, stand_in: StandIn) -> BadFile:
    """Return the refusal without the forgotten points."""
    value = fault.value and text(fault.value, stand_in)
    return BadFile(text(fault.reason, stand_in), fault.line, fault.column, value)


def content(refused: bytes, stand_in: StandIn) -> bytes:
    """Return what quarantine keeps of a refused file: its bytes, or a sentence when they name a forgotten point."""
    named = any(stand_in(found.decode()) for part in parts(refused) for found in _PRM_BYTES.findall(part))
    return NOT_COPIED.encode() if named else refused


def parts(packed: bytes) -> list[bytes]:
    """Return the bytes, and those of its members if they are a zip (a workbook is one), as far as they can be read."""
    parts = [packed]
    try:
        with zipfile.ZipFile(io.BytesIO(packed)) as members:
            for member in members.infolist():
                with members.open(member) as stream:
                    parts.append(stream.read(_MEMBER_BYTES))
    except Exception:  # no zip, or a damaged one: what could be read is searched
        return parts
    return parts
