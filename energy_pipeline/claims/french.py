"""Quantities, dates and counts as the letters write them; no-break spaces where French typography wants them."""

import re
from datetime import date
from decimal import Decimal

from babel.dates import format_date
from babel.numbers import format_decimal

from energy_pipeline.reconciliation.french import NBSP, day, days, number

THIN = "\u202f"
DASH = "—"
DOTS = "………………………………"
UNKNOWN_AMOUNT = "à chiffrer"

__all__ = ["DASH", "DOTS", "NBSP", "UNKNOWN_AMOUNT", "cents", "count", "day", "days", "energy", "euros", "listed",
           "long_day", "number", "price", "siret", "typographic"]  # fmt: skip


def cents(value: Decimal | None, unknown: str = UNKNOWN_AMOUNT) -> str:
    """Return `1 234,50`, without the sign of the euro."""
    return unknown if value is None else _signed(format_decimal(value, format="#,##0.00", locale="fr"))


def euros(value: Decimal | float) -> str:
    """Return `1 234,50 €`."""
    return f"{_signed(format_decimal(value, format='#,##0.00', locale='fr'))}{NBSP}€"


def price(value: float) -> str:
    """Return `0,1116 €/kWh`."""
    return f"{format_decimal(value, format='0.0000', locale='fr')}{NBSP}€/kWh"


def energy(value: float | None) -> str:
    """Return `1 082,7`, without its unit."""
    return DASH if value is None else _signed(number(round(value, 1) + 0.0, "#,##0.0"))


def count(value: int, singular: str, plural: str) -> str:
    """Return `2 factures`; up to one, the singular."""
    return f"{number(value)}{NBSP}{singular if value < 2 else plural}"


def long_day(value: date) -> str:
    """Return `1er octobre 2025`."""
    text: str = format_date(value, "d MMMM y", locale="fr")
    return re.sub(r"^1 ", "1er ", text).replace(" ", NBSP)


def listed(items: list[str]) -> str:
    """Return `a, b et c`."""
    return " et ".join(filter(None, (", ".join(items[:-1]), items[-1]))) if items else ""


def siret(value: str) -> str:
    """Return a SIRET in groups, `999 001 019 00010`; anything else as it is."""
    if not re.fullmatch(r"\d{14}", value):
        return value
    return NBSP.join((value[:3], value[3:6], value[6:9], value[9:]))


def typographic(text: str) -> str:
    """Curl apostrophes; no-break spaces before double punctuation, in guillemets, after « n° » and « article »."""
    text = text.replace("'", "’")
    text = re.sub(r" ([;!?])", rf"{THIN}\1", text)
    text = re.sub(r" ([:»%€])", rf"{NBSP}\1", text)
    return re.sub(r"(«|n°|articles?|L\.|D\.) ", rf"\1{NBSP}", text)


def _signed(text: str) -> str:
    return text.replace("-", "−")
