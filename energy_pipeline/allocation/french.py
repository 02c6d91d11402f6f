"""Numbers, days and instants as the messages of the issues write them."""

from datetime import date

import numpy as np
from babel.numbers import format_decimal

from energy_pipeline.metering.gaps import local_minutes

ROLES = {"consumer": "consommateur", "producer": "producteur"}
MEASURES = {"consumer": "consommation", "producer": "production"}


def number(value: float, decimals: int = 0) -> str:
    """Return `1 234,5`."""
    text: str = format_decimal(
        round(value, decimals), format="#,##0." + "0" * decimals if decimals else "#,##0", locale="fr"
    )
    return text


def percent(fraction: float) -> str:
    """Return `101,20 %`."""
    return f"{number(100 * fraction, 2)} %"


def count(quantity: int, singular: str, plural: str | None = None) -> str:
    """Return `1 point` or `3 points`: the plural from 2 on, as in French."""
    return f"{number(quantity)} {singular if quantity < 2 else plural or singular + 's'}"


def day(value: date) -> str:
    """Return `30/09/2025`."""
    return f"{value:%d/%m/%Y}"


def period(first: date, last: date) -> str:
    """Return `du 01/09/2025 au 30/09/2025`."""
    return f"du {day(first)} au {day(last)}"


def instant(step: int, period_start: date, period_end: date, step_minutes: int) -> str:
    """Return the local label of the start of a step: `12/09/2025 à 10:15`."""
    label = local_minutes(period_start, period_end, step_minutes)[step]
    moment = np.datetime64(int(label), "m").astype(object)
    return f"{moment:%d/%m/%Y} à {moment:%H:%M}"
