"""Numbers, units, days and words as a French reader expects them, in messages, reports, letters and mails.

NULL is a dash. Nothing here knows what a figure means; it may be imported from anywhere.
"""

import re
from collections.abc import Sequence
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal

from babel.dates import format_date
from babel.numbers import format_decimal

Number = float | int | Decimal

LOCALE = "fr_FR"
NBSP = "\u00a0"
THIN = "\u202f"
DASH = "—"
FAR_FUTURE = date(9999, 12, 31)
ROLES = {"consumer": "consommateur", "producer": "producteur"}
SERIES = {
    "consumption": "consommation",
    "production": "production",
    "self_consumption": "autoconsommation",
    "complement": "complément",
    "surplus": "surplus",
    "self_produced": "part autoproduite",
    "self_consumption_rate": "taux d'autoconsommation",
    "self_production_rate": "taux d'autoproduction",
    "coverage_rate": "taux de couverture",
}
_BEFORE = re.compile(r" (?=[:»€]|kWh?\b)")
_BEFORE_THIN = re.compile(r" (?=[;!?%])")
_AFTER = re.compile(r"(«|\b(?:n°|articles?|L\.|D\.)) ")


def number(value: Number | None, decimals: int = 0) -> str:
    """Return `1 234,5`: narrow no-break space between thousands, decimal comma, true minus sign, halves up."""
    if value is None:
        return DASH
    zeros = "0" * decimals
    rounded = Decimal(str(value)).quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)
    text: str = format_decimal(rounded, format=f"#,##0.{zeros}" if decimals else "#,##0", locale=LOCALE)
    return text.removeprefix("-") if not any(digit in text for digit in "123456789") else text.replace("-", "−")


def shortest(value: Number, decimals: int = 2) -> str:
    """Return `1 234,5`: no more decimals than needed, nor than `decimals`."""
    whole, _, fraction = number(value, decimals).partition(",")
    return ",".join(filter(None, (whole, fraction.rstrip("0"))))


def energy(value: Number | None, decimals: int = 0) -> str:
    """Return kWh with their unit."""
    return DASH if value is None else f"{number(value, decimals)}{NBSP}kWh"


def kwh(value: Number) -> str:
    """Return an energy as a sentence tells it: to a tenth of a kWh, whole kWh without decimals."""
    return f"{shortest(value, 1)}{NBSP}kWh"


def euros(value: Number | None) -> str:
    """Return euros and cents with their sign."""
    return DASH if value is None else f"{number(value, 2)}{NBSP}€"


def price(value: Number) -> str:
    """Return `0,1116 €/kWh`."""
    return f"{number(value, 4)}{NBSP}€/kWh"


def percent(fraction: Number | None, decimals: int = 1) -> str:
    """Return a fraction as a percentage."""
    return DASH if fraction is None else f"{number(Decimal(str(fraction)) * 100, decimals)}{THIN}%"


def signed(value: Number | None, decimals: int = 0) -> str:
    """Return a difference with its sign, `+` included."""
    if value is None:
        return DASH
    text = number(value, decimals)
    return text if text.startswith("−") or not any(digit in text for digit in "123456789") else f"+{text}"


def plural(count: int, singular: str, plural_form: str | None = None) -> str:
    """Return `count` with its noun: 0 and 1 take the singular in French."""
    noun = singular if count < 2 else plural_form or f"{singular}s"
    return f"{number(count)}{NBSP}{noun}"


def day(value: date | None, with_year: bool = True) -> str:
    """Return `1er octobre 2025`."""
    if value is None:
        return DASH
    ordinal = "1er" if value.day == 1 else str(value.day)
    return f"{ordinal}{NBSP}{format_date(value, 'MMMM yyyy' if with_year else 'MMMM', locale=LOCALE)}"


def short_moment(value: datetime) -> str:
    """Return `12/09/2025 à 10:15`, as the clock of `value` says."""
    return f"{value:%d/%m/%Y} à {value:%H:%M}"


def moment(value: datetime) -> str:
    """Return `1er novembre 2025 à 7 h 30`, as the clock of `value` says."""
    return f"{day(value.date())} à {value.hour}{NBSP}h{NBSP}{value:%M}"


def spaced(text: str) -> str:
    """Return a sentence whose punctuation and units cannot stand alone at the start of a line, nor « at its end."""
    return _AFTER.sub(rf"\1{NBSP}", _BEFORE_THIN.sub(THIN, _BEFORE.sub(NBSP, text)))


def typographic(text: str) -> str:
    """Return a sentence of a letter: spaced, with curled apostrophes."""
    return spaced(text.replace("'", "’"))


def listed(items: Sequence[str]) -> str:
    """Return `a, b et c`."""
    return " et ".join(filter(None, (", ".join(items[:-1]), items[-1]))) if items else ""


def short_day(value: date | None) -> str:
    """Return `15/10/2025`."""
    return DASH if value is None else format_date(value, "dd/MM/yyyy", locale=LOCALE)


def week_day(value: date) -> str:
    """Return `mercredi 15 octobre`."""
    return f"{format_date(value, 'EEEE', locale=LOCALE)} {day(value, with_year=False)}"


def axis_day(value: date) -> str:
    """Return `15 oct.`, for an axis."""
    return f"{'1er' if value.day == 1 else value.day} {format_date(value, 'MMM', locale=LOCALE)}"


def month(value: date | None) -> str:
    """Return `octobre 2025`."""
    return "sans mois" if value is None else format_date(value, "MMMM yyyy", locale=LOCALE)


def of_month(value: date) -> str:
    """Return `d'octobre 2025`, `de mai 2025`."""
    name = month(value)
    return f"d'{name}" if name[0] in "ao" else f"de {name}"


def period(start: date, end: date) -> str:
    """Return `du 15 septembre au 14 octobre 2025`, both days included; month and year are not said twice."""
    if (start.year, start.month) == (end.year, end.month):
        first = "1er" if start.day == 1 else str(start.day)
    else:
        first = day(start, with_year=start.year != end.year)
    return f"du{NBSP}{first} au{NBSP}{day(end)}"


def short_period(start: date | None, end: date | None) -> str:
    """Return `du 01/09/2025 au 30/09/2025`, both days included, or what is known of it."""
    if start and end:
        return f"du {short_day(start)} au {short_day(end)}"
    return f"jusqu'au {short_day(end)}" if end else ""
