"""Values of cells: numbers with a decimal comma, dates, PRMs as spreadsheets maul them."""

import re
from datetime import date
from decimal import Decimal
from functools import lru_cache

from energy_pipeline.formats.model import BadFile

_SPACES = re.compile(r"(?<=\d)[ \u00a0\u202f](?=\d{3}(?!\d))")
_NUMBER = re.compile(r"[+-]?\d+(?:[.,]\d+)?")
_SCIENTIFIC = re.compile(r"\d(?:[.,]\d+)?[eE]\+?\d{1,2}")
_FRENCH_DATE = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})")
_SHORT_DATE = re.compile(r"(\d{2})/(\d{2})/(\d{2})")
_ISO_DATE = re.compile(r"(\d{4})-(\d{2})-(\d{2})")
_MIDNIGHT = re.compile(r"[ T]00:00(?::00(?:\.0+)?)?$")
FAR_YEAR = 9999
MOST = 10**12
"""No energy, power or amount of the trade comes near it, and every column of ours holds what lies below."""


def number(text: str, line: int | None, column: str) -> Decimal:
    """Return the number written in `text`: decimal comma or point, spaces between thousands. Raises BadFile."""
    bare = _SPACES.sub("", text.strip())
    if _SCIENTIFIC.fullmatch(bare) or _NUMBER.fullmatch(bare):
        value = Decimal(bare.replace(",", "."))
        if abs(value) >= MOST:
            raise BadFile("Nombre démesuré.", line, column, text)
        return value
    raise BadFile("Nombre illisible.", line, column, text)


def positive(text: str, line: int | None, column: str) -> Decimal:
    """Return the number, zero or more. Raises BadFile for a negative one."""
    value = number(text, line, column)
    if value < 0:
        raise BadFile("Valeur négative interdite.", line, column, text)
    return value


def _date(year: str, month: str, day_of_month: str) -> date | None:
    try:
        return date(int(year), int(month), int(day_of_month))
    except ValueError:
        return None


@lru_cache(maxsize=4096)
def _day(text: str) -> date | None:
    bare = _MIDNIGHT.sub("", text.strip())
    if match := _FRENCH_DATE.fullmatch(bare):
        return _date(match[3], match[2], match[1])
    if match := _SHORT_DATE.fullmatch(bare):
        return _date(f"20{match[3]}", match[2], match[1])
    if match := _ISO_DATE.fullmatch(bare):
        return _date(match[1], match[2], match[3])
    return None


def day(text: str, line: int | None, column: str) -> date:
    """Return the civil day written JJ/MM/AAAA, JJ/MM/AA or ISO, with or without a midnight. Raises BadFile."""
    found = _day(text)
    if found is None:
        raise BadFile("Date illisible : JJ/MM/AAAA attendu.", line, column, text)
    return found


def end_day(text: str, line: int | None, column: str) -> date | None:
    """Return the day, or None for an open end: empty, or the year 9999 (convention §11.6.1.2)."""
    if not text.strip():
        return None
    found = day(text, line, column)
    return None if found.year == FAR_YEAR else found


def unquoted(text: str) -> str:
    """Return an identifier as text: leading apostrophe, inner spaces and a float's `.0` removed, 3.0001E+13 expanded.

    An expansion is kept only if no digit was lost: 3.0E+13 of a 14-digit number has dropped eleven of them.
    """
    bare = re.sub(r"[ \u00a0\u202f]", "", text.strip().lstrip("'’"))
    if _SCIENTIFIC.fullmatch(bare):
        mantissa, exponent = re.split("[eE]", bare.replace(",", "."))
        decimals = len(mantissa.partition(".")[2])
        if decimals >= int(exponent):
            return str(int(Decimal(bare.replace(",", "."))))
        return bare
    return re.sub(r"^(\d+)[.,]0+$", r"\1", bare)


def prm(text: str, line: int | None, column: str) -> str:
    """Return the 14 digits of a PRM. Raises BadFile; a number that lost its leading zeros is not guessed."""
    found = unquoted(text)
    if re.fullmatch(r"\d{14}", found):
        return found
    if _SCIENTIFIC.fullmatch(found):
        raise BadFile(
            "Numéro de PRM arrondi par un tableur : mettre la colonne au format texte et le ressaisir.",
            line, column, text,
        )  # fmt: skip
    lost = " S'il commence par 0, un tableur l'a ôté : le rétablir, la colonne au format texte."
    total = " Une ligne de total est à ôter." if found.lower().startswith(("total", "sous-total", "somme")) else ""
    hint = lost if re.fullmatch(r"\d{12,13}", found) else total
    raise BadFile(f"Numéro de PRM invalide : 14 chiffres attendus.{hint}", line, column, text)
