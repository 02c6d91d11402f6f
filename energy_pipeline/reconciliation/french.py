"""Quantities, dates and words as the messages of the findings write them."""

from datetime import date

from babel.numbers import format_decimal

NBSP = "\u00a0"
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


def number(value: float, pattern: str = "#,##0.##") -> str:
    """Return `1 234,5`: decimal comma, narrow no-break spaces between thousands."""
    text: str = format_decimal(value, format=pattern, locale="fr")
    return text


def kwh(value: float) -> str:
    """Return an energy with its unit."""
    return f"{number(value, '#,##0.#')}{NBSP}kWh"


def euros(value: float) -> str:
    """Return an amount with its unit."""
    return f"{number(value, '#,##0.00')}{NBSP}€"


def percent(fraction: float) -> str:
    """Return a fraction in percent."""
    return f"{number(100 * fraction, '#,##0.0#')}{NBSP}%"


def day(value: date) -> str:
    """Return `JJ/MM/AAAA`."""
    return f"{value:%d/%m/%Y}"


def days(start: date | None, end: date | None) -> str:
    """Return `du JJ/MM/AAAA au JJ/MM/AAAA`, or what is known of it."""
    if start and end:
        return f"du {day(start)} au {day(end)}"
    return f"jusqu'au {day(end)}" if end else ""
