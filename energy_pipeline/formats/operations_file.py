"""`operations.toml`: what the organiser tells of its operations. The format is ours; the file is optional."""

import json
import re
import tomllib
from collections.abc import Callable
from datetime import date, datetime
from functools import partial
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
_PLACE = re.compile(r"at line (\d+), column (\d+)")
_FAULTS = (
    ("Unclosed array", "un crochet n'est pas fermé"),
    ("Unterminated string", "un guillemet n'est pas fermé"),
    ("Illegal character '\\n'", "un guillemet n'est pas fermé"),
    ("Cannot overwrite", "un réglage est donné deux fois"),
    ("Cannot declare", "une table est donnée deux fois"),
    ("Expected '='", "le signe = manque après le nom du réglage"),
    ("Expected ']'", "un crochet n'est pas fermé"),
    ("at end of document", "la fin manque (crochet, guillemet ou valeur)"),
    ("", "une valeur est illisible (un texte s'écrit entre guillemets, une date 2025-01-31)"),
)
"""What the parser says, and how we say it; the first that fits."""
Where = Callable[..., int | None]
"""The line of a setting of an operation, by its keys."""
_HEADER = re.compile(r"\s*\[+([^\]]+)\]")
_ADDRESS = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")


def read(name: str, content: bytes, received_on: date) -> Reading:
    """Read the declarations: a row per `[ACC…]` table, declared on the day of receipt. Raises BadFile."""
    decoded = text.decode(content)
    try:
        tables = tomllib.loads(decoded.replace("\r\n", "\n"))
    except tomllib.TOMLDecodeError as fault:
        raise _badly_written(str(fault), decoded) from fault
    notes: list[Note] = []
    rows = []
    for operation, table in tables.items():
        where = partial(_line_of, decoded, operation)
        if not names.OPERATION.fullmatch(operation) or not isinstance(table, dict):
            raise BadFile("Chaque table doit porter un numéro de convention : [ACC00000001].", where(), None, operation)
        notes.extend(
            Note(f"Réglage inconnu « {key} » : conservé, sans effet.", where(key), f"{operation}.{key}")
            for key in table
            if key not in _KNOWN
        )
        _check_annexe2(table.get("annexe2", {}), where, received_on)
        rows.append(_row(operation.upper(), table, where) | {"declared_on": received_on})
    return Reading(KIND, rows, notes=tuple(notes))


def _badly_written(fault: str, decoded: str) -> BadFile:
    """Return the refusal of a file that the parser refuses, in French; an unclosed array is told at the end."""
    told = next(french for english, french in _FAULTS if english in fault)
    place = _PLACE.search(fault)
    line = int(place[1]) if place else len(decoded.splitlines())
    return BadFile(f"Fichier TOML mal écrit : {told}.", line, place[2] if place else None)


def _line_of(decoded: str, *path: str) -> int | None:
    """Return the line of a setting, given by its table then its keys; else of the nearest table around it."""
    table: tuple[str, ...] = ()
    found, depth = None, 0
    for number, line in enumerate(decoded.split("\n"), 1):
        if header := _HEADER.match(line):
            here = table = _keys(header[1])
        elif "=" in line:
            here = (*table, *_keys(line.partition("=")[0]))
        else:
            continue
        if len(here) > depth and path[: len(here)] == here:
            found, depth = number, len(here)
    return found


def _keys(dotted: str) -> tuple[str, ...]:
    return tuple(key.strip(" \t\"'") for key in dotted.split("."))


def _row(operation: str, table: dict[str, Any], where: Where) -> Row:
    row: Row = {"operation_id": operation, **{column: _text(table, column, where) for column in _TEXTS}}
    written = _text(table, "key_type", where)
    row["key_type"] = written if written in KEY_TYPES else key_type(written or "", where("key_type"), "key_type")
    day = table.get("anniversary_day")
    if day is not None and (not isinstance(day, int) or not 1 <= day <= 31):
        raise BadFile(
            "Jour anniversaire invalide : entier de 1 à 31 attendu.",
            where("anniversary_day"),
            "anniversary_day",
            str(day),
        )
    start = table.get("start_date")
    if isinstance(start, str):
        start = _iso(start, where)
    if isinstance(start, datetime):
        start = start.date()
    if start is not None and not isinstance(start, date):
        raise BadFile("Date invalide : 2025-01-31 attendu.", where("start_date"), "start_date", str(start))
    row |= {
        "anniversary_day": day,
        "start_date": start,
        "recipients": _recipients(table.get("recipients"), where),
        "settings": json.dumps(table, ensure_ascii=False, sort_keys=True, default=str),
    }
    return row


def _iso(written: str, where: Where) -> date:
    try:
        return date.fromisoformat(written)
    except ValueError as fault:
        raise BadFile("Date invalide : 2025-01-31 attendu.", where("start_date"), "start_date", written) from fault


def _text(table: dict[str, Any], column: str, where: Where) -> str | None:
    value = table.get(column)
    if value is None or isinstance(value, str):
        return " ".join((value or "").split()) or None  # a name on several lines would make as many in mails
    raise BadFile("Texte entre guillemets attendu.", where(column), column, str(value))


def _check_annexe2(written: object, where: Where, received_on: date) -> None:
    """Raise BadFile unless `written` gives texts under csv labels of Annexe 2.11."""
    if not isinstance(written, dict):
        raise BadFile("Table attendue : [ACC….annexe2].", where("annexe2"), "annexe2", str(written))
    labels = {one.label for one in layout(received_on).of(*OPERATION_PARTS)}
    for label, value in written.items():
        if label not in labels:
            raise BadFile("Champ inconnu de l'Annexe 2.11.", where("annexe2", label), "annexe2", label)
        if not isinstance(value, str):
            raise BadFile("Texte entre guillemets attendu.", where("annexe2", label), f"annexe2.{label}", str(value))


def _recipients(written: object, where: Where) -> str | None:
    if written is None:
        return None
    unknown = [key for key in written if key not in RECIPIENTS] if isinstance(written, dict) else [str(written)]
    if not isinstance(written, dict) or unknown:
        raise BadFile(
            f"Destinataire inconnu ; attendus : {', '.join(RECIPIENTS)}.",
            where("recipients", *unknown), "recipients", ", ".join(unknown),
        )  # fmt: skip
    for role, addresses in written.items():
        if not isinstance(addresses, list):
            raise BadFile("Liste d'adresses attendue.", where("recipients", role), f"recipients.{role}", str(addresses))
        for address in addresses:
            if not isinstance(address, str) or not _ADDRESS.fullmatch(address):
                raise BadFile(
                    "Adresse électronique invalide.", where("recipients", role), f"recipients.{role}", str(address)
                )
    return json.dumps(written, ensure_ascii=False, sort_keys=True)
