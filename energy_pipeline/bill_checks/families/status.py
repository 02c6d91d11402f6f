"""Where the bill stands: credits and their origin, estimates that nothing settles."""

import polars as pl

from energy_pipeline.bill_checks.catalogue import Entry
from energy_pipeline.bill_checks.model import BOTH, DAYS, EUR, Check, Outcome

IS_CREDIT = "avoir|annul"


def credit_without_origin(entry: Entry) -> Outcome:
    """Judge whether a credit names the invoice that it corrects."""
    return Outcome(pl.col("origin_number").is_null(), only=pl.col("type_words").str.contains(IS_CREDIT))


def credit_above_origin(entry: Entry) -> Outcome:
    """Judge whether a credit gives back more than its origin billed."""
    given, billed = -pl.col("total_excl_vat_eur"), pl.col("origin_eur")
    unknown = pl.when(billed.is_null()).then(pl.lit("Facture d'origine inconnue."))
    return Outcome(
        given - billed > entry.tolerance["eur"],
        needs=("total_excl_vat_eur",),
        unless=(unknown,),
        only=pl.col("kind") != "invoice",
        invoiced=given,
        expected=billed,
        unit=EUR,
        method=pl.format("Total hors TVA de la facture {}.", "origin_number"),
        amount_eur=billed - given,
        amount_ttc_eur=pl.col("origin_ttc_eur") + pl.col("total_incl_vat_eur"),
    )


def estimate_not_settled(entry: Entry) -> Outcome:
    """Judge whether estimated bills follow one another for more than half a year."""
    last = pl.coalesce(pl.max_horizontal("last_actual_reading_on", "last_actual_end"), "first_billed_end")
    days = (pl.col("consumption_end") - last).dt.total_days()
    actual = pl.when(pl.col("reading") == "actual").then(pl.lit("Facture sur relève réelle."))
    return Outcome(
        days > entry.tolerance["days"],
        needs=("reading_type", "consumption_end"),
        unless=(actual,),
        invoiced=days,
        expected=pl.lit(entry.tolerance["days"]),
        unit=DAYS,
        method=pl.format("Facturé sur estimation depuis le {}.", last.dt.strftime("%d/%m/%Y")),
    )


CHECKS = (
    Check("credit_without_origin", credit_without_origin, of_credits=True, of_credited=True, fluids=BOTH),
    Check("credit_above_origin", credit_above_origin, of_credits=True, of_credited=True, fluids=BOTH),
    Check("estimate_not_settled", estimate_not_settled, ("period_reversed", "no_actual_reading"), fluids=BOTH),
)
