"""The files that carry keys to Enedis: Annexe 5 (.txt, dynamic) and the static shares of Annexe 2.12 (.csv)."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import numpy as np

from energy_pipeline.keys.rounding import WHOLE, Hundredths
from energy_pipeline.keys.situation import KeyInputError
from energy_pipeline.periods import grid

FIRST_COLUMN = "Horodate"
STATIC_COLUMNS = (
    "TYPE", "PRM", "RACCO", "RAISON SOCIALE", "ADRESSE", "SIRET_RNA", "COEF_STATIC", "MAIL", "PUISSANCE",
    "INSTALLATION",
)  # fmt: skip
LONGEST_NAME = 50
"""Characters of the name of an Annexe 2 file (convention §11.2.1)."""
_LATIN = str.maketrans({"œ": "oe", "Œ": "OE", "’": "'", "‘": "'", "–": "-", "—": "-", "“": '"', "”": '"', "…": "..."})
_TYPES = {"consumer": "CONS", "producer": "PROD"}


def dynamic_name(operation_id: str, period_start: date, period_end: date, step_minutes: int) -> str:
    """Return the name of an Annexe 5 file: `ACC00000001_15_01112024_30112024.txt` (convention §11.5.1)."""
    return f"{operation_id}_{step_minutes}_{period_start:%d%m%Y}_{period_end:%d%m%Y}.txt"


def labels(period_start: date, period_end: date, step_minutes: int) -> list[datetime]:
    """Return the local label of each step: autumn's hour twice, in order; spring's hour absent."""
    return [
        hour + timedelta(minutes=minute)
        for hour in grid.local_hours(period_start, period_end)
        for minute in range(0, 60, step_minutes)
    ]


def write_dynamic(
    consumers: Sequence[str], key: Hundredths, period_start: date, period_end: date, step_minutes: int
) -> bytes:
    """Return an Annexe 5 file. `key`: (consumers, steps of the period), in hundredths of a percent.

    Raises ValueError when the shape does not fit the period or a step exceeds 100,00 %.
    """
    stamps = labels(period_start, period_end, step_minutes)
    if key.shape != (len(consumers), len(stamps)):
        raise ValueError(f"{key.shape} is not {len(consumers)} consumers × {len(stamps)} steps")
    if (key < 0).any() or (key.sum(axis=0) > WHOLE).any():
        raise ValueError("a share is negative, or the sum of a step exceeds 100,00 %")
    words = np.array([percent(share) for share in range(WHOLE + 1)], dtype=object)
    lines = [";".join((FIRST_COLUMN, *consumers))]
    lines += [
        ";".join((f"{stamp:%d/%m/%Y %H:%M}", *shares))
        for stamp, shares in zip(stamps, words[key.T].tolist(), strict=True)
    ]
    return ("\r\n".join(lines) + "\r\n").encode("ascii")


def percent(share: int) -> str:
    """Return hundredths of a percent as written: 5081 is `50,81`."""
    return f"{share // 100},{share % 100:02d}"


def static_name(operation_id: str, sent_on: date) -> str:
    """Return the name of an Annexe 2.12 file: `ACC00000001_20251001_ANNEXE2.12.csv` (convention §11.2.1.2)."""
    name = f"{operation_id}_{sent_on:%Y%m%d}_ANNEXE2.12.csv"
    if len(name) > LONGEST_NAME:
        raise ValueError(f"{name}: {len(name)} characters, {LONGEST_NAME} allowed")
    return name


def write_static(participants: Sequence[Mapping[str, Any]], shares: Mapping[str, int]) -> bytes:
    """Return an Annexe 2.12 file: every participant, the consumers with their static share.

    `participants`: rows of `marts.participant`; `shares`: hundredths of a percent by PRM of the consumers. A consumer
    without a share is written with 0,00. Raises KeyInputError for a text that the format cannot hold, or a PRM with a
    share that is not a consumer; ValueError when the sum exceeds 100,00 %.
    """
    consumers = {row["prm"] for row in participants if row["role"] == "consumer"}
    if unknown := sorted(set(shares) - consumers):
        raise KeyInputError(f"Ces PRM ont une clé et ne sont pas consommateurs du périmètre : {', '.join(unknown)}.")
    if sum(shares.values()) > WHOLE:
        raise ValueError("the sum of the shares exceeds 100,00 %")
    lines = [";".join(STATIC_COLUMNS)]
    for row in participants:
        is_consumer = row["role"] == "consumer"
        cells = {
            "TYPE": _TYPES[row["role"]],
            "PRM": f"'{row['prm']}" if row["prm"].startswith("0") else row["prm"],
            "RAISON SOCIALE": row.get("name"),
            "ADRESSE": row.get("address"),
            "SIRET_RNA": row.get("siret_rna"),
            "COEF_STATIC": percent(shares.get(row["prm"], 0)) if is_consumer else None,
            "PUISSANCE": None if is_consumer else _power(row.get("power_kw")),
            "INSTALLATION": None if is_consumer else row.get("installation"),
        }
        lines.append(";".join(_cell(cells.get(column), column, row["prm"]) for column in STATIC_COLUMNS))
    return ("\r\n".join(lines) + "\r\n").encode("iso-8859-1")


def to_complete(participants: Sequence[Mapping[str, Any]]) -> list[str]:
    """Return, in French, the mandatory fields of Annexe 2.12 that are empty, one line per participant."""
    needed = {"name": "RAISON SOCIALE", "address": "ADRESSE", "siret_rna": "SIRET_RNA"}
    of_producer = {"power_kw": "PUISSANCE", "installation": "INSTALLATION"}
    found = []
    for row in participants:
        is_producer = row["role"] == "producer"
        empty = [word for name, word in (needed | (of_producer if is_producer else {})).items() if not row.get(name)]
        # The address of a producer's mailbox is not published: it stays to be typed.
        if words := [*empty, *(["MAIL"] if is_producer else [])]:
            found.append(f"{_TYPES[row['role']]} {row['prm']} : {', '.join(words)}")
    return found


def _power(kilowatts: float | None) -> str | None:
    return None if kilowatts is None else f"{Decimal(str(kilowatts)).normalize():f}".replace(".", ",")


def _cell(value: object, column: str, prm: str) -> str:
    text = "" if value is None else " ".join(str(value).translate(_LATIN).split())
    try:
        text.encode("iso-8859-1")
    except UnicodeEncodeError as error:
        raise KeyInputError(f"{column} de {prm} : caractère « {text[error.start]} » absent d'ISO-8859-1.") from error
    if ";" in text:
        raise KeyInputError(f"{column} de {prm} : un point-virgule n'est pas permis (« {text} »).")
    return text
