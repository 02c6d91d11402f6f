"""`claims_sent.csv` of the home: what was claimed, from whom, on which day. A fact of the user, which no file tells.

One line per finding and per letter: the first letter, then each reminder. It may be edited by hand.
"""

import csv
import io
import os
import shutil
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, fields
from datetime import date
from decimal import Decimal
from pathlib import Path

from energy_pipeline.claims.read import METERED, Claim
from energy_pipeline.formats import grids, text
from energy_pipeline.formats.model import BadFile

SENT = "claims_sent.csv"
_ADDRESSEE = {"supplier": "supplier", "enedis": "operation_id"}
"""By party, the column that tells to whom the letter went."""


class SentError(Exception):
    """The file of the claims sent cannot be read; the message, in French, says where and why."""


@dataclass(frozen=True)
class Sent:
    """A finding claimed by a letter, as it stood then. `known_corrections`: those of its bill that were known then."""

    sent_on: date
    party: str
    supplier: str | None
    operation_id: str | None
    month: date | None
    invoice_number: str | None
    detail_id: str | None
    prm: str | None
    period_start: date | None
    check_name: str
    amount_eur: Decimal | None
    amount_ttc_eur: Decimal | None
    known_corrections: str | None
    finding_id: str | None

    @property
    def key(self) -> object:
        """What makes two letters about the same finding; a line written by hand may have no id."""
        return self.finding_id or about(self)


COLUMNS = tuple(field.name for field in fields(Sent))


def noted(claim: Claim, day: date, known_corrections: Iterable[str] = ()) -> Sent:
    """Return what is noted of a claim sent on `day`."""
    same = {name: getattr(claim, name) for name in COLUMNS if name not in ("sent_on", "known_corrections")}
    return Sent(sent_on=day, known_corrections=", ".join(known_corrections) or None, **same)


def about(one: Sent | Claim) -> tuple[object, ...]:
    """Return what a claim is about, whatever the id of its finding.

    That id is a hash of the bill, the point, the operation and the check, not of the amount. It changes when a
    participant is told later (the operation), is forgotten (the point), or when the excess of a bill gets another name
    (self-consumption not deducted, or merely too much).
    """
    check = METERED if one.check_name in METERED else one.check_name
    whom = one.operation_id if one.party == "enedis" else one.supplier
    return one.party, whom, one.invoice_number, one.detail_id, one.prm, one.period_start, check


def read_sent(home: Path) -> list[Sent]:
    """Return what was sent, in the order of the lines; nothing when there is no file. Raises SentError."""
    path = home / SENT
    try:
        return list(_rows(path.read_bytes())) if path.exists() else []
    except BadFile as bad:
        raise SentError(f"{path} : {bad}") from bad


def record(home: Path, rows: Iterable[Sent]) -> int:
    """Append the letters that are not noted yet, and return how many lines that makes; the others stay as written.

    Raises SentError when the file cannot be read.
    """
    known = {(one.sent_on, one.key) for one in read_sent(home)}
    new = [row for row in rows if (row.sent_on, row.key) not in known]
    path = home / SENT
    if new:
        written = text.decode(path.read_bytes()) if path.exists() else _line(COLUMNS)
        mapped = _mapped(grids.csv_sheet(written.encode(), ";"))
        names = {place: name for name, place in mapped.places.items()}
        order = [names.get(place) for place in range(len(mapped.header))]
        lines = [_line([_cell(getattr(row, name)) if name else "" for name in order]) for row in new]
        _write(path, written + ("" if written.endswith("\n") else "\n") + "".join(lines))
    return len(new)


def hide(home: Path, prm: str, clean: Callable[[str], str], instead: Callable[[str], str]) -> None:
    """Forget who holds a point: `clean` takes its words out of a text, `instead` stands for the id of its findings.

    Such an id is a hash that the number of the point enters, and could be found again by trying. Raises SentError.
    """
    path = home / SENT
    rows = read_sent(home)
    if rows:
        content = text.decode(path.read_bytes())
        for one in rows:
            if one.prm == prm and one.finding_id:
                content = content.replace(one.finding_id, instead(one.finding_id))
        _write(path, clean(content))


def _mapped(sheet: grids.Sheet) -> grids.Mapped:
    wanted = grids.layout("claims_sent")
    return grids.require_mandatory(grids.map_header(sheet.lines, wanted), wanted)


def _rows(content: bytes) -> Iterator[Sent]:
    sheet = grids.csv_sheet(content, ";")
    sheet = grids.Sheet("", [[] if "".join(line).startswith("#") else line for line in sheet.lines])
    for line, row, _ in grids.records(sheet, _mapped(sheet), grids.layout("claims_sent")):
        for column in ("sent_on", "party", "check_name"):
            if row[column] is None:
                raise BadFile("Valeur obligatoire absente.", line, column, "")
        if row["party"] not in _ADDRESSEE:
            raise BadFile(f"Destinataire inconnu (attendu : {', '.join(_ADDRESSEE)}).", line, "party", row["party"])
        if row.get(column := _ADDRESSEE[row["party"]]) is None:
            raise BadFile("Valeur obligatoire absente.", line, column, "")
        yield Sent(**{name: row.get(name) for name in COLUMNS})  # type: ignore[arg-type]  # checked above


def _cell(value: object) -> str:
    """Return a value as a French spreadsheet reads it: a point between euros and cents would make it a date."""
    return "" if value is None else str(value).replace(".", ",") if isinstance(value, Decimal) else str(value)


def _line(cells: Iterable[str]) -> str:
    buffer = io.StringIO()
    csv.writer(buffer, delimiter=";", lineterminator="\n").writerow(cells)
    return buffer.getvalue()


def _write(path: Path, content: str) -> None:
    """Put the file in place whole, readable by its owner only at first; its mark tells spreadsheets it is UTF-8."""
    beside = path.with_suffix(".tmp")
    beside.unlink(missing_ok=True)
    with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8-sig") as new:
        new.write(content)
        new.flush()
        os.fsync(new.fileno())
    if path.exists():
        shutil.copymode(path, beside)
    beside.replace(path)
