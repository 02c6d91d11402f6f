"""The deadlines as an iCalendar file (RFC 5545), that a calendar can subscribe to. Same deadlines, same bytes.

Written line by line: a publication of hundreds of operations has tens of thousands of events.
"""

from collections.abc import Iterable, Iterator
from datetime import timedelta
from typing import Any

import polars as pl

from energy_pipeline.periods.deadlines import REMINDED_DAYS_BEFORE, cited

NAME = "Échéances d'autoconsommation collective"
_OCTETS = 75
_ESCAPED = str.maketrans({"\\": "\\\\", ";": "\\;", ",": "\\,", "\n": "\\n", "\r": None})
_PARTIES = {"organiser": "personne morale organisatrice", "enedis": "Enedis"}


def calendar_file(deadlines: pl.DataFrame) -> bytes:
    """Return the calendar of `deadlines` (marts.deadline): all-day events, an alarm three days before those not done.

    An event's UID is made of the operation, the kind and the period: it survives a run that moves or fulfils it.
    """
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//energy-pipeline//échéances//FR",
        "METHOD:PUBLISH",
        f"NAME:{_text(NAME)}",
        f"X-WR-CALNAME:{_text(NAME)}",
        "REFRESH-INTERVAL;VALUE=DURATION:P1D",
    ]
    for row in deadlines.sort("due_on", "operation_id", "kind", "period_start").iter_rows(named=True):
        lines += _event(row)
    return _folded([*lines, "END:VCALENDAR"])


def _event(row: dict[str, Any]) -> Iterator[str]:
    due, about = row["due_on"], row["period_start"] or row["due_on"]
    summary = f"{row['title']} — {row['operation_id']} ({cited(row['article'])})"
    yield "BEGIN:VEVENT"
    yield f"SUMMARY:{_text(f'{summary} : fait' if row['done'] else summary)}"
    yield f"DTSTART;VALUE=DATE:{due:%Y%m%d}"
    yield f"DTEND;VALUE=DATE:{due + timedelta(days=1):%Y%m%d}"
    yield f"DTSTAMP:{due:%Y%m%d}T000000Z"
    yield f"UID:{row['operation_id']}-{row['kind']}-{about:%Y%m%d}@energy-pipeline"
    yield "CATEGORIES:Autoconsommation collective"
    yield f"DESCRIPTION:{_text(row['description'])}\\nÀ faire par : {_PARTIES[row['party']]}."
    yield "TRANSP:TRANSPARENT"
    if not row["done"]:
        yield "BEGIN:VALARM"
        yield "ACTION:DISPLAY"
        yield f"DESCRIPTION:{_text(summary)}"
        yield f"TRIGGER:-P{REMINDED_DAYS_BEFORE}D"
        yield "END:VALARM"
    yield "END:VEVENT"


def _text(text: str) -> str:
    """Return a value of type TEXT (RFC 5545 §3.3.11)."""
    return text.translate(_ESCAPED)


def _folded(lines: Iterable[str]) -> bytes:
    """Return the lines ended by CRLF, those longer than 75 octets folded between two characters (§3.1)."""
    made = bytearray()
    for line in lines:
        octets = line.encode()
        first, room = 0, _OCTETS
        while len(octets) - first > room:
            last = first + room
            while octets[last] & 0xC0 == 0x80:  # the middle of a character
                last -= 1
            made += octets[first:last] + b"\r\n "
            first, room = last, _OCTETS - 1
        made += octets[first:] + b"\r\n"
    return bytes(made)
