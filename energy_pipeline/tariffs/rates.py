"""The tables of `data/reference/rates/`: dated values, with their unit as published and their legal reference.

A table is a `;`-separated file; a line that starts with `#` is a remark. `valid_to` is the first day on which the value
no longer holds; empty: it still does. `confidence`: A (law, regulator, or two sources that agree), B (one serious
source), C (one weak source), doubtful.
"""

from collections.abc import Mapping
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

    Raises RateError, with the file, when a column or a unit is unknown, a value is no number, or two values of the
    same rate and variant hold on the same day.
    """
    tables = [_table(path) for path in sorted(folder.glob("*.csv"))]
    if not tables:
        raise RateError(f"{folder} : aucune table de barèmes.")
    return _without_overlap(pl.concat(tables).sort("rate", "variant", "valid_from"))


def _table(path: Path) -> pl.DataFrame:
    try:
        written = pl.read_csv(path, separator=";", comment_prefix="#", infer_schema=False, empty_string_is_null=False)
    except pl.exceptions.PolarsError as error:
        raise RateError(f"{path.name} : table illisible ({error}).") from error
    if tuple(written.columns) != WRITTEN:
        raise RateError(f"{path.name} : colonnes {written.columns}, attendues {list(WRITTEN)}.")
    if unknown := set(written["unit"]) - set(PUBLISHED_UNITS):
        raise RateError(f"{path.name} : unité inconnue {sorted(unknown)}.")
    if unknown := set(written["confidence"]) - set(CONFIDENCES):
        raise RateError(f"{path.name} : confiance inconnue {sorted(unknown)}.")
    factor = {unit: factor for unit, (factor, _) in PUBLISHED_UNITS.items()}
    try:
        values = [Decimal(row["value"]) * factor[row["unit"]] for row in written.iter_rows(named=True)]
        return written.with_columns(
            pl.col("valid_from").str.to_date("%Y-%m-%d"),
            pl.col("valid_to").replace("", None).str.to_date("%Y-%m-%d"),
            pl.Series("value", values, dtype=SCHEMA["value"]),
            pl.col("unit").replace_strict({unit: ours for unit, (_, ours) in PUBLISHED_UNITS.items()}),
        ).cast(SCHEMA)  # type: ignore[arg-type]
    except (ArithmeticError, pl.exceptions.PolarsError) as error:
        raise RateError(f"{path.name} : date ou valeur illisible ({error}).") from error


def _without_overlap(table: pl.DataFrame) -> pl.DataFrame:
    following = pl.col("valid_from").shift(-1).over("rate", "variant")
    ends = pl.col("valid_to").fill_null(pl.date(9999, 12, 31))
    wrong = table.filter((ends <= pl.col("valid_from")) | (following < ends).fill_null(False))
    if wrong.height:
        row = wrong.row(0, named=True)
        raise RateError(f"{row['rate']} {row['variant']} : deux valeurs le même jour, ou fin avant le début.")
    return table
