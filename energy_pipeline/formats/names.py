"""What a file's name says: operation, PRM, period, day, series, kind of data (convention §11.2, §11.5.1, §11.6.1)."""

import re
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache

from energy_pipeline.formats.model import BadFile
from energy_pipeline.formats.text import plain

OPERATION = re.compile(r"(?<![A-Za-z0-9])ACC\d{7,9}(?!\d)", re.IGNORECASE)
_PRM = re.compile(r"(?<!\d)\d{14}(?!\d)")
_DAY = re.compile(r"(?<!\d)(\d{2})[-_ .]?(\d{2})[-_ .]?(\d{4})(?!\d)")
_ISO_DAY = re.compile(r"(?<!\d)(\d{4})-?(\d{2})-?(\d{2})(?!\d)")
_ANY_PRM = "0" * 14
_STEP = re.compile(r"(?<!\d)(5|10|15|30|60)(?!\d)")
_DATA = re.compile(r"(cdc|courbe|energie|quantite|detail)")
_SERIES = (
    ("autocons", "self_consumption"),
    ("autoprod", "self_produced"),
    ("surplus", "surplus"),
    ("compl", "complement"),
    ("cons", "consumption"),
    ("soutir", "consumption"),
    ("prod", "production"),
    ("inject", "production"),
)
LONGEST_PERIOD_DAYS = 400
PLAUSIBLE_YEARS = range(1990, 2100)
"""Without it 20101201 would also be a day of the year 1201."""


@dataclass(frozen=True)
class Name:
    """The parts of a name, each None where the name does not say it. `data_type` is the word as written."""

    operation_id: str | None
    prm: str | None
    period_start: date | None
    period_end: date | None
    declared_on: date | None
    step_minutes: int | None
    series: str | None
    data_type: str


def operations_in(text: str) -> frozenset[str]:
    """Return the convention numbers found in a name, a path or a mail's subject."""
    return frozenset(match.upper() for match in OPERATION.findall(text))


@lru_cache(maxsize=4096)
def _series(word: str) -> str | None:
    return next((series for start, series in _SERIES if word.startswith(start)), None)


def _days(text: str, pattern: re.Pattern[str], order: tuple[int, int, int]) -> list[tuple[date, int]]:
    """Return each day that `pattern` finds, with the end of its place in the text."""
    found = []
    for match in pattern.finditer(text):
        try:
            day = date(*(int(match[group]) for group in order))
        except ValueError:
            continue
        if day.year in PLAUSIBLE_YEARS:
            found.append((day, match.end()))
    return found


def period_in(text: str) -> tuple[date, date] | None:
    """Return the two days of a period written in a name or a mail's subject (JJMMAAAA, joined or not)."""
    bare = _PRM.sub(" ", OPERATION.sub(" ", text))
    days = _days(bare, _DAY, (3, 2, 1)) or _days(bare, _ISO_DAY, (1, 2, 3))
    return (days[0][0], days[1][0]) if len(days) == 2 else None


def parse(name: str) -> Name:
    """Return what the base name of a file says; joiners `_`, space and `-`, case and accents do not matter."""
    if name[:14].isdecimal() and not name[14:15].isdecimal():
        # Thousands of names differ by their PRM only.
        return replace(_parse(_ANY_PRM + name[14:]), prm=name[:14])
    return _parse(name)


@lru_cache(maxsize=4096)
def _parse(name: str) -> Name:
    stem = name.rsplit(".", 1)[0]
    operation, prm = OPERATION.search(stem), _PRM.search(stem)
    bare = _PRM.sub("~", OPERATION.sub("~", stem))
    days = _days(bare, _DAY, (3, 2, 1))
    if not days:
        days = _days(bare, _ISO_DAY, (1, 2, 3))
    two = len(days) >= 2
    step = _STEP.search(bare[: days[0][1] - 8]) if days else None
    data_type = bare[days[1][1] :].strip(" _-~") if two else ""
    return Name(
        operation_id=operation[0].upper() if operation else None,
        prm=prm[0] if prm else None,
        period_start=days[0][0] if two else None,
        period_end=days[1][0] if two else None,
        declared_on=days[0][0] if len(days) == 1 else None,
        step_minutes=int(step[0]) if step else None,
        series=_series(_DATA.sub("", plain(data_type))),
        data_type=data_type,
    )


def require_period(parsed: Name) -> tuple[date, date]:
    """Return the period of the name. Raises BadFile when it has none, ends before it starts, or is absurdly long."""
    start, end = parsed.period_start, parsed.period_end
    if start is None or end is None:
        raise BadFile("Le nom du fichier ne donne pas la période : deux jours du calendrier, JJMMAAAA_JJMMAAAA.")
    if end < start or (end - start).days > LONGEST_PERIOD_DAYS:
        raise BadFile("La période du nom de fichier est impossible.", value=f"{start:%d/%m/%Y} - {end:%d/%m/%Y}")
    return start, end


def require_series(parsed: Name) -> str:
    """Return the series of the name. Raises BadFile naming an unknown word."""
    if parsed.series is None:
        word = _DATA.sub("", plain(parsed.data_type)) or "absent"
        raise BadFile(
            "Type de données inconnu dans le nom du fichier (attendu : Conso, Prod, Autoconso, Autoprod, Surplus ou "
            "Complement).",
            value=parsed.data_type if word != "absent" else "absent",
        )  # fmt: skip
    return parsed.series


def stem_before_date(name: str) -> str:
    """Return what stands before the day in a name: the short name of the operation (§11.2.1)."""
    match = _ISO_DAY.search(name)
    return name[: match.start()].strip(" _-") if match else ""
