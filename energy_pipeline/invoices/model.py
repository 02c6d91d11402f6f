"""`marts.invoice` and `marts.invoice_line`: invoices added up from their details, and their components."""

import polars as pl

from energy_pipeline.invoices.checks import VATS
from energy_pipeline.invoices.details import KEY, billed_kwh, kind, month
from energy_pipeline.tables import marts
from energy_pipeline.tables.schemas import polars_schema

PERIODS = {
    "subscription": ("subscription_eur",),
    "consumption": (
        "energy_eur", "indexation_eur", "guarantee_of_origin_eur", "cee_eur", "cee_precarity_eur", "arenh_eur",
        "capacity_eur", "biogas_eur", "rte_eur", "variable_grid_eur", "grid_eur", "overrun_eur", "reactive_eur",
        "excise_eur", "tccfe_eur", "tdcfe_eur", "tcfe_eur",
    ),
    "fixed_grid": ("transport_eur", "fixed_grid_eur", "cta_eur"),
}  # fmt: skip
"""Which of the three date pairs each component follows: fixed parts are billed ahead, the CTA with them."""

_NOT_PER_KWH = {"rte_eur", "grid_eur", "overrun_eur", "reactive_eur"}
PER_KWH = tuple(name for name in PERIODS["consumption"] if name not in _NOT_PER_KWH)


def invoices(details: pl.DataFrame) -> pl.DataFrame:
    """Return `marts.invoice`: one row per supplier and number, its details added up.

    `details`: of `latest_details`. A document is a cancellation when one of its details says so, a credit when its
    total is negative or all its details are credits.
    """
    total = pl.coalesce("total_incl_vat_eur", "total_excl_vat_eur")
    vat = pl.when(pl.any_horizontal(pl.col(VATS).is_not_null())).then(pl.sum_horizontal(VATS))
    summed = (
        details.with_columns(kind().alias("kind"), month().alias("month"), vat.alias("vat_eur"))
        .group_by("supplier", "invoice_number")
        .agg(
            pl.col("invoice_date").max(),
            pl.col("month").max(),
            pl.col("fluid").drop_nulls().sort().first(),
            pl.when((pl.col("kind") == "cancellation").any())
            .then(pl.lit("cancellation"))
            .when((total.sum() < 0) | (pl.col("kind") == "credit").all())
            .then(pl.lit("credit"))
            .otherwise(pl.lit("invoice"))
            .alias("kind"),
            pl.col("origin_number").drop_nulls().sort().first(),
            pl.col("grouping").drop_nulls().sort().first(),
            pl.len().alias("details"),
            *(_sum_or_null(name) for name in ("total_excl_vat_eur", "vat_eur", "total_incl_vat_eur")),
        )
        .sort("supplier", "invoice_number")
    )
    schema = polars_schema(marts.INVOICE)
    return summed.select(pl.col(name).cast(type_) for name, type_ in schema.items())


def invoice_lines(details: pl.DataFrame) -> pl.DataFrame:
    """Return `marts.invoice_line`: each amount of each detail that is neither NULL nor zero, with its own period.

    VAT and other amounts have no period of their own. `quantity_kwh` is the energy billed, for the components that
    are priced per kWh.
    """
    keyed = details.with_columns(month().alias("month"), billed_kwh().alias("billed_kwh"))
    pair = {amount: name for name, amounts in PERIODS.items() for amount in amounts}
    schema = polars_schema(marts.INVOICE_LINE)
    parts = [
        keyed.filter(pl.col(amount) != 0).select(
            *KEY,
            "pce",
            "fluid",
            "month",
            pl.lit(component).alias("component"),
            _bound(pair.get(amount), "start").alias("period_start"),
            _bound(pair.get(amount), "end").alias("period_end"),
            (pl.col("billed_kwh") if amount in PER_KWH else pl.lit(None)).cast(pl.Float64).alias("quantity_kwh"),
            pl.col(amount).alias("amount_eur"),
        )
        for amount, component in marts.COMPONENTS.items()
    ]
    return pl.concat(parts).select(pl.col(name).cast(type_) for name, type_ in schema.items()).sort(*KEY, "component")


def _bound(pair: str | None, end: str) -> pl.Expr:
    return (pl.col(f"{pair}_{end}") if pair else pl.lit(None)).cast(pl.Date)


def _sum_or_null(name: str) -> pl.Expr:
    return pl.when(pl.col(name).is_not_null().any()).then(pl.col(name).sum()).alias(name)
