"""What is possible and yet unlikely: signs, zeros, the weight of the subscription, last year."""

import polars as pl

from energy_pipeline.bill_checks.catalogue import Entry
from energy_pipeline.bill_checks.families.quantity import QUANTITY, contested
from energy_pipeline.bill_checks.model import BOTH, EUR, KWH, Check, Outcome

PARTS = (
    "subscription_eur", "energy_eur", "guarantee_of_origin_eur", "cee_eur", "cee_precarity_eur", "capacity_eur",
    "biogas_eur", "rte_eur", "transport_eur",
    "fixed_grid_eur", "variable_grid_eur", "grid_eur", "overrun_eur", "reactive_eur", "excise_eur", "cta_eur",
)  # fmt: skip
"""Amounts that are never negative on an invoice; ARENH and « autres » may be reductions."""


def negative_amount(entry: Entry) -> Outcome:
    """Judge negative amounts on what is neither a credit nor a regularisation."""
    settled = pl.when(pl.col("type_words").str.contains("regul")).then(pl.lit("Régularisation."))
    least = pl.min_horizontal(PARTS)
    return Outcome(least < -entry.tolerance["eur"], unless=(settled,), invoiced=least, expected=pl.lit(0.0), unit=EUR)


def zero_amount(entry: Entry) -> Outcome:
    """Judge kWh billed at no price, and totals of zero."""
    no_price = (pl.col("billed_kwh") > entry.tolerance["kwh"]) & (pl.col("energy_eur").abs() <= entry.tolerance["eur"])
    no_total = pl.col("total_excl_vat_eur").abs() <= entry.tolerance["eur"]
    return Outcome(
        no_price.fill_null(False) | no_total.fill_null(False),
        needs=("energy_eur", "total_excl_vat_eur"),
        invoiced=pl.when(no_price).then("energy_eur").otherwise("total_excl_vat_eur"),
        unit=EUR,
    )


def subscription_above_energy(entry: Entry) -> Outcome:
    """Judge whether the subscription weighs more than the energy. A participant may well draw little."""
    shared = pl.when(pl.col("curve_operation_id").is_not_null()).then(pl.lit("Participant à l'autoconsommation."))
    return Outcome(
        pl.col("subscription_eur") > pl.col("energy_eur"),
        needs=("subscription_eur", "energy_eur"),
        unless=(shared,),
        invoiced=pl.col("subscription_eur"),
        expected=pl.col("energy_eur"),
        unit=EUR,
    )


def year_on_year(entry: Entry) -> Outcome:
    """Judge whether the consumption per day is far above that of the same month a year before."""
    allowed = entry.tolerance
    usual = pl.col("last_year_kwh") / pl.col("last_year_days") * pl.col("consumption_days")
    unknown = pl.when(pl.col("last_year_days").fill_null(0) < allowed["min_days"]).then(
        pl.lit("Pas de facture comparable un an plus tôt.")
    )
    more = pl.col("billed_kwh") - usual
    return Outcome(
        (more > allowed["relative"] * usual) & (more > allowed["kwh"]),
        needs=("billed_kwh", "consumption_start", "consumption_end"),
        unless=(unknown, *contested()),
        invoiced=pl.col("billed_kwh"),
        expected=usual,
        unit=KWH,
        method=pl.lit("Même mois de l'année précédente, ramené au même nombre de jours."),
    )


CHECKS = (
    Check("negative_amount", negative_amount, ("negative_quantity",), fluids=BOTH),
    Check("zero_amount", zero_amount, ("negative_amount",), fluids=BOTH),
    Check("subscription_above_energy", subscription_above_energy, ("negative_amount", "zero_amount", *QUANTITY)),
    Check("year_on_year", year_on_year, ("period_reversed", *QUANTITY)),
)
