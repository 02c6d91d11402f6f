"""`operations.toml`: what the organiser tells of its operations. The format is ours; the file is optional."""

import json
import re
import tomllib
from datetime import date, datetime
from typing import Any

from energy_pipeline.formats import names, text
from energy_pipeline.formats.annexe2 import key_type
from energy_pipeline.formats.annexe2_layout import OPERATION_PARTS, layout
from energy_pipeline.formats.model import BadFile, Note, Reading, Row

KIND = "operations"
KEY_TYPES = ("static", "default", "dynamic", "full_dynamic")
RECIPIENTS = ("energy_manager", "elected_official", "accountant")
_TEXTS = ("name", "organiser", "organiser_siret_rna", "commune", "post_code")
_KNOWN = (*_TEXTS, "key_type", "anniversary_day", "start_date", "recipients", "annexe2")
_AT_LINE = re.compile(r"at line (\d+)")
_ADDRESS = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")


def read(name: str, content: bytes, received_on: date) -> Reading:
    """Read the declarations: a row per `[ACC…]` table, declared on the day of receipt. Raises BadFile."""
    decoded = text.decode(content)
    try:
        tables = tomllib.loads(decoded.replace("\r\n", "\n"))
    except tomllib.TOMLDecodeError as fault:
        where = _AT_LINE.search(str(fault))
        raise BadFile(f"Fichier TOML mal écrit : {fault}.", int(where[1]) if where else None) from fault
    notes: list[Note] = []
    rows = []
    for operation, table in tables.items():
        line = _line_of(decoded, f"[{operation}")
        if not names.OPERATION.fullmatch(operation) or not isinstance(table, dict):
            raise BadFile("Chaque table doit porter un numéro de convention : [ACC00000001].", line, None, operation)
        notes.extend(
            Note("Réglage inconnu : conservé, sans effet.", line, f"{operation}.{key}")
            for key in table
            if key not in _KNOWN
        )
        _check_annexe2(table.get("annexe2", {}), line, received_on)
        rows.append(_row(operation.upper(), table, line) | {"declared_on": received_on})
    return Reading(KIND, rows, notes=tuple(notes))


def _line_of(decoded: str, start: str) -> int | None:
    return next((n for n, line in enumerate(decoded.split("\n"), 1) if line.strip().startswith(start)), None)


def _row(operation: str, table: dict[str, Any], line: int | None) -> Row:
    row: Row = {"operation_id": operation, **{column: _text(table, column, line) for column in _TEXTS}}
    written = _text(table, "key_type", line)
    row["key_type"] = written if written in KEY_TYPES else key_type(written or "", line, "key_type")
    day = table.get("anniversary_day")
    if day is not None and (not isinstance(day, int) or not 1 <= day <= 31):
        raise BadFile("Jour anniversaire invalide : entier de 1 à 31 attendu.", line, "anniversary_day", str(day))
    start = table.get("start_date")
    if isinstance(start, str):
        start = _iso(start, line)
    if isinstance(start, datetime):
        start = start.date()
    if start is not None and not isinstance(start, date):
        raise BadFile("Date invalide : 2025-01-31 attendu.", line, "start_date", str(start))
    row |= {
        "anniversary_day": day,
        "start_date": start,
        "recipients": _recipients(table.get("recipients"), line),
        "settings": json.dumps(table, ensure_ascii=False, sort_keys=True, default=str),
    }
    return row


def _iso(written: str, line: int | None) -> date:
    try:
        return date.fromisoformat(written)
    except ValueError as fault:
        raise BadFile("Date invalide : 2025-01-31 attendu.", line, "start_date", written) from fault


def _text(table: dict[str, Any], column: str, line: int | None) -> str | None:
    value = table.get(column)
    if value is None or isinstance(value, str):
        return value or None
    raise BadFile("Texte entre guillemets attendu.", line, column, str(value))


def _check_annexe2(written: object, line: int | None, received_on: date) -> None:
    """Raise BadFile unless `written` gives texts under csv labels of Annexe 2.11."""
    if not isinstance(written, dict):
        raise BadFile("Table attendue : [ACC….annexe2].", line, "annexe2", str(written))
    labels = {one.label for one in layout(received_on).of(*OPERATION_PARTS)}
    for label, value in written.items():
        if label not in labels:
            raise BadFile("Champ inconnu de l'Annexe 2.11.", line, "annexe2", label)
        if not isinstance(value, str):
            raise BadFile("Texte entre guillemets attendu.", line, f"annexe2.{label}", str(value))


def _recipients(written: object, line: int | None) -> str | None:
    if written is None:
        return None
    if not isinstance(written, dict) or set(written) - set(RECIPIENTS):
        raise BadFile(f"Destinataires attendus : {', '.join(RECIPIENTS)}.", line, "recipients", str(written))
    for role, addresses in written.items():
        if not isinstance(addresses, list):
            raise BadFile("Liste d'adresses attendue.", line, f"recipients.{role}", str(addresses))
        for address in addresses:
            if not isinstance(address, str) or not _ADDRESS.fullmatch(address):
                raise BadFile("Adresse électronique invalide.", line, f"recipients.{role}", str(address))
    return json.dumps(written, ensure_ascii=False, sort_keys=True)
