"""What the regulated rates of gas give for a bill: distribution (ATRD of GRDF), excise, CTA.

Gas bills show one pair of dates; where the fixed terms have none of their own, they are of the days consumed.
"""

from collections.abc import Iterable

import polars as pl

from energy_pipeline.tariffs import rates_over

TARIFF = r"\b(T[1-4])\b"
WHOLE_FIXED_TERM = ("T1", "T2", "T3")
"""A T4 pays a daily capacity beside its fixed term, which no export shows."""
GRDF_POINT = r"^\d{14}$|^GI\d+$"
"""How GRDF writes its points; those of another distributor, whose rates are not these, look otherwise."""


def with_tariff(bills: pl.DataFrame) -> pl.DataFrame:
    """Add `gas_tariff` and `site_gas_tariff` (T1 to T4), of the bill and of the list of sites, NULL when not said."""
    billed, listed = (
        pl.coalesce(pl.col(name).str.to_uppercase().str.extract(TARIFF) for name in names)
        for names in (("tariff_option", "segment"), ("site_tariff_option", "site_segment"))
    )
    is_gas = pl.col("fluid") == "gas"
    return bills.with_columns(
        gas_tariff=pl.when(is_gas).then(pl.coalesce(billed, listed)),
        billed_gas_tariff=pl.when(is_gas).then(billed),
        site_gas_tariff=pl.when(is_gas).then(listed),
    )


def fixed_dates(bills: pl.DataFrame) -> pl.DataFrame:
    """Return `bills` in which the fixed terms of gas have dates: their own, else those of the consumption."""
    is_gas = pl.col("fluid") == "gas"
    return bills.with_columns(
        pl.when(is_gas).then(pl.coalesce(f"{pair}_{end}", f"consumption_{end}")).otherwise(f"{pair}_{end}").alias(
            f"{pair}_{end}"
        )
        for pair in ("fixed_grid", "subscription")
        for end in ("start", "end")
    )  # fmt: skip


def priced(bills: pl.DataFrame) -> pl.DataFrame:
    """Return, by `row` of the gas bills, `gas_<term>_rate`, `_spread`, `_missing`, `_source`, `_is_weak`, and more.

    `bills`: dated by `fixed_dates`, with `gas_tariff`. Terms: `energy` and `excise` (EUR/kWh), `cta` (a fraction of the
    fixed term). Of the fixed term: the amounts that months or days make (`gas_fixed_months`, `gas_fixed_days`,
    `gas_fixed_leap_days`, EUR).
    """
    gas = bills.filter(pl.col("fluid") == "gas").select(
        "row", "gas_tariff", *(f"{pair}_{end}" for pair in ("consumption", "fixed_grid") for end in ("start", "end"))
    )
    energy = _term(gas, "consumption", "gas_distribution_energy", pl.col("gas_tariff"), "energy")
    excise = _term(gas, "consumption", "gas_excise", pl.lit(""), "excise")
    return (
        gas.select("row")
        .join(energy, on="row", how="left")
        .join(excise, on="row", how="left")
        .join(_cta(gas), on="row", how="left")
        .join(_fixed(gas), on="row", how="left")
    )


def _asked(gas: pl.DataFrame, pair: str, rate: str, variant: pl.Expr) -> pl.DataFrame:
    has_period = (pl.col(f"{pair}_start") <= pl.col(f"{pair}_end")).fill_null(False)
    rows = gas.select(
        "row", start=f"{pair}_start", end=f"{pair}_end", has_period=has_period, rate=pl.lit(rate), variant=variant
    )
    return rates_over(rows.filter("has_period", pl.col("variant").is_not_null()).drop("has_period"))


def _proof(prefix: str, what: str) -> Iterable[pl.Expr]:
    absent = pl.col("value").is_null()
    day = pl.col("segment_start").filter(absent).first().dt.strftime("%d/%m/%Y")
    variant = pl.col("variant").first()
    named = pl.format("{} {}", pl.lit(what), variant).str.strip_chars()
    return (
        pl.when(absent.any()).then(pl.format("Barème manquant : {} au {}.", named, day)).alias(f"{prefix}_missing"),
        pl.col("legal_reference").drop_nulls().unique(maintain_order=True).str.join(" ; ").alias(f"{prefix}_source"),
        pl.col("confidence").is_in(["C", "doubtful"]).any().alias(f"{prefix}_is_weak"),
    )


NAMES = {
    "gas_distribution_energy": "ATRD, terme variable",
    "gas_distribution_fixed": "ATRD, terme fixe",
    "gas_excise": "accise sur le gaz",
    "gas_cta": "CTA du gaz",
    "gas_cta_transport_share": "CTA du gaz, coefficient de transport",
}


def _term(gas: pl.DataFrame, pair: str, rate: str, variant: pl.Expr, name: str) -> pl.DataFrame:
    prefix = f"gas_{name}"
    return _asked(gas, pair, rate, variant).group_by("row", maintain_order=True).agg(
        (pl.col("value") * pl.col("share")).sum().alias(f"{prefix}_rate"),
        (pl.col("value").max() - pl.col("value").min()).alias(f"{prefix}_spread"),
        *_proof(prefix, NAMES[rate]),
    )  # fmt: skip


def _cta(gas: pl.DataFrame) -> pl.DataFrame:
    """Return the CTA as a part of the fixed term: on distribution, and on transport by its published coefficient."""
    parts = [
        _term(gas, "fixed_grid", rate, pl.lit(variant), name)
        for rate, variant, name in (
            ("gas_cta", "distribution", "cta"), ("gas_cta", "transport", "cta_transport"),
            ("gas_cta_transport_share", "", "cta_share"),
        )
    ]  # fmt: skip
    whole = parts[0].join(parts[1], on="row", how="left").join(parts[2], on="row", how="left")
    prefixes = ("gas_cta", "gas_cta_transport", "gas_cta_share")
    return whole.select(
        "row",
        gas_cta_rate=pl.col("gas_cta_rate") + pl.col("gas_cta_transport_rate") * pl.col("gas_cta_share_rate"),
        gas_cta_missing=pl.coalesce(f"{prefix}_missing" for prefix in prefixes),
        gas_cta_source=pl.concat_list(f"{prefix}_source" for prefix in prefixes).list.unique(maintain_order=True)
        .list.join(" ; "),
        gas_cta_is_weak=pl.any_horizontal(f"{prefix}_is_weak" for prefix in prefixes),
    )  # fmt: skip


def _fixed(gas: pl.DataFrame) -> pl.DataFrame:
    parts = _asked(gas, "fixed_grid", "gas_distribution_fixed", pl.col("gas_tariff"))
    months = _months(pl.col("segment_start"), pl.col("segment_end"))
    return parts.group_by("row", maintain_order=True).agg(
        (pl.col("value") * months / 12).sum().alias("gas_fixed_months"),
        (pl.col("value") * pl.col("days") / 365).sum().alias("gas_fixed_days"),
        (pl.col("value") * pl.col("days") / 366).sum().alias("gas_fixed_leap_days"),
        *_proof("gas_fixed", NAMES["gas_distribution_fixed"]),
    )  # fmt: skip


def _months(start: pl.Expr, end: pl.Expr) -> pl.Expr:
    """Return the months of a period, those that it does not cover counted by their days: 18 of 28 days are 0.64."""
    whole = (end.dt.year() - start.dt.year()) * 12 + end.dt.month().cast(pl.Int32) - start.dt.month().cast(pl.Int32)
    after = end.dt.day() / end.dt.month_end().dt.day()
    before = (start.dt.day().cast(pl.Int32) - 1) / start.dt.month_end().dt.day()
    return whole + after - before
