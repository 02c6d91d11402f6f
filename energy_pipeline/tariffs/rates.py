"""The tables of `data/reference/rates/`: dated values, with their unit as published and their legal reference.

A table is a `;`-separated file; a line that starts with `#` is a remark. `valid_to` is the first day on which the value
no longer holds; empty: it still does. `confidence`: A (law, regulator, or two sources that agree), B (one serious
source), C (one weak source), doubtful.
"""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path

import polars as pl

from energy_pipeline.settings import REFERENCE

FOLDER = REFERENCE / "rates"
WRITTEN = ("rate", "variant", "valid_from", "valid_to", "value", "unit", "legal_reference", "confidence")
CONFIDENCES = ("A", "B", "C", "doubtful")

PUBLISHED_UNITS: Mapping[str, tuple[Decimal, str]] = {
    "€/an": (Decimal(1), "EUR/year"),
    "€/kVA/an": (Decimal(1), "EUR/kVA/year"),
    "€/h": (Decimal(1), "EUR/h"),
    "€/kWh": (Decimal(1), "EUR/kWh"),
    "c€/kWh": (Decimal("0.01"), "EUR/kWh"),
    "€/MWh": (Decimal("0.001"), "EUR/kWh"),
    "%": (Decimal("0.01"), "1"),
}
"""Unit as published: what turns it into ours, and ours. The only place where a rate is converted."""

SCHEMA = {
    "rate": pl.String(),
    "variant": pl.String(),
    "valid_from": pl.Date(),
    "valid_to": pl.Date(),
    "value": pl.Decimal(18, 7),
    "unit": pl.String(),
    "legal_reference": pl.String(),
    "confidence": pl.String(),
}


class RateError(Exception):
    """A table of rates is wrong, or no table knows the rate asked for."""


@cache
def rates(folder: Path = FOLDER) -> pl.DataFrame:
    """Return all the rates (SCHEMA), values in our units: EUR/kWh, EUR/year, EUR/kVA/year, EUR/h, or a fraction.

    Raises RateError, with file and line, when a column or a unit is unknown, a value is no number or a legal reference
    is missing; and when two values of the same rate and variant hold on the same day.
    """
    tables = [_table(path) for path in sorted(folder.glob("*.csv"))]
    if not tables:
        raise RateError(f"{folder} : aucune table de barèmes.")
    return _without_overlap(pl.concat(tables).sort("rate", "variant", "valid_from"))


def _table(path: Path) -> pl.DataFrame:
    written = enumerate(path.read_text(encoding="utf-8").splitlines(), start=1)
    lines = [(number, line.split(";")) for number, line in written if line.strip() and not line.startswith("#")]
    header = tuple(lines[0][1]) if lines else ()
    if header != WRITTEN:
        raise RateError(f"{path.name} : colonnes {list(header)}, attendues {list(WRITTEN)}.")
    rows = [_rate(f"{path.name}, ligne {number}", cells) for number, cells in lines[1:]]
    return pl.DataFrame(rows, schema=SCHEMA, orient="row")


def _rate(place: str, cells: list[str]) -> tuple[object, ...]:
    """Return the row of SCHEMA that a line says. Raises RateError, with its place."""
    if len(cells) != len(WRITTEN):
        raise RateError(f"{place} : illisible, {len(cells)} cellules au lieu de {len(WRITTEN)}.")
    rate, variant, valid_from, valid_to, value, unit, legal_reference, confidence = cells
    if not rate or not legal_reference:
        raise RateError(f"{place} : nom du barème ou référence légale absent.")
    if unit not in PUBLISHED_UNITS:
        raise RateError(f"{place} : unité inconnue « {unit} » ; connues : {', '.join(PUBLISHED_UNITS)}.")
    if confidence not in CONFIDENCES:
        raise RateError(f"{place} : confiance inconnue « {confidence} » ; connues : {', '.join(CONFIDENCES)}.")
    factor, ours = PUBLISHED_UNITS[unit]
    try:
        start, end = date.fromisoformat(valid_from), date.fromisoformat(valid_to) if valid_to else None
        return rate, variant, start, end, Decimal(value) * factor, ours, legal_reference, confidence
    except (ValueError, ArithmeticError) as error:
        raise RateError(
            f"{place} : date (AAAA-MM-JJ) ou valeur (point décimal) illisible "
            f"(« {valid_from} », « {valid_to} », « {value} »)."
        ) from error


def _without_overlap(table: pl.DataFrame) -> pl.DataFrame:
    following = pl.col("valid_from").shift(-1).over("rate", "variant")
    ends = pl.col("valid_to").fill_null(pl.date(9999, 12, 31))
    wrong = table.filter((ends <= pl.col("valid_from")) | (following < ends).fill_null(False))
    if wrong.height:
        row = wrong.row(0, named=True)
        at = f"{row['rate']} {row['variant']}, valeur du {row['valid_from']:%d/%m/%Y}"
        raise RateError(f"{at} : deux valeurs le même jour, ou fin avant le début.")
    return table
