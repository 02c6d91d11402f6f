"""Amounts including VAT: the fixed parts up to 36 kVA and of gas bore the reduced rate until the end of July 2025."""

from functools import cache

import polars as pl

from energy_pipeline.tariffs import rates


@cache
def vat_rate(variant: str) -> float:
    """Return the latest rate of VAT (`normal` or `reduced`), a fraction. Neither has changed in the tables."""
    known = rates().filter((pl.col("rate") == "vat") & (pl.col("variant") == variant))
    return float(known.sort("valid_from")["value"][-1])


def bears_reduced() -> pl.Expr:
    """Return whether the fixed parts bore the reduced rate: electricity up to 36 kVA, gas; NULL when not known."""
    return (pl.col("fluid") == "gas") | (pl.col("grid_segment") == "C5")


def _rate(share: str) -> pl.Expr:
    reduced = pl.when(bears_reduced()).then(pl.col(share).fill_null(0.0)).otherwise(0.0)
    return vat_rate("normal") - reduced * (vat_rate("normal") - vat_rate("reduced"))


def normal_ttc(amount: pl.Expr) -> pl.Expr:
    """Return `amount` with the normal VAT."""
    return amount * (1 + vat_rate("normal"))


def fixed_ttc(amount: pl.Expr) -> pl.Expr:
    """Return an amount of the fixed grid part or of the CTA with its VAT."""
    return amount * (1 + _rate("vat_fixed_share"))


def subscription_ttc(amount: pl.Expr) -> pl.Expr:
    """Return an amount of the subscription with its VAT."""
    return amount * (1 + _rate("vat_subscription_share"))


def whole_bill() -> tuple[pl.Expr, pl.Expr]:
    """Return the euros of a bill that is not due at all, without and with VAT.

    Those that the reconciliation with the curves already claims of it are left out: one finding carries each euro.
    """
    claimed = pl.col("curve_amount_eur").fill_null(0.0)
    return pl.col("total_excl_vat_eur") - claimed, pl.col("total_incl_vat_eur") - normal_ttc(claimed)
