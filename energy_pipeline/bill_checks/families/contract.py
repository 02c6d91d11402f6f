"""Is the bill that of the contract: the list of sites, and the bill before."""

import polars as pl

from energy_pipeline.bill_checks.catalogue import Entry
from energy_pipeline.bill_checks.model import BOTH, DAYS, KVA, Check, Outcome
from energy_pipeline.bill_checks.vat import whole_bill

NOT_LISTED = "Site absent de la liste des sites du fournisseur, ou donnée absente de cette liste."


def _unless_listed(column: str) -> tuple[pl.Expr, ...]:
    return (pl.when(pl.col(f"site_{column}").is_null()).then(pl.lit(NOT_LISTED)),)


def segment_differs(entry: Entry) -> Outcome:
    """Judge the segment against the list of sites."""
    billed, listed = pl.col("segment").str.strip_chars(), pl.col("site_segment").str.strip_chars()
    return Outcome(
        billed.str.to_uppercase() != listed.str.to_uppercase(),
        needs=("segment",),
        unless=_unless_listed("segment"),
        method=pl.format("Facture : {} ; liste des sites : {}.", billed, listed),
    )


def option_differs(entry: Entry) -> Outcome:
    """Judge the option of the network tariff against the list of sites."""
    unclear = pl.when(pl.col("options_conflict").is_null()).then(
        pl.lit("Option de la facture ou de la liste inconnue, ou dite avec d'autres mots.")
    )
    return Outcome(
        pl.col("options_conflict"),
        needs=("tariff_option",),
        unless=(*_unless_listed("tariff_option"), unclear),
        method=pl.format("Facture : {} ; liste des sites : {}.", "tariff_option", "site_tariff_option"),
    )


def power_differs(entry: Entry) -> Outcome:
    """Judge the subscribed power against the list of sites."""
    return Outcome(
        (pl.col("subscribed_kva") - pl.col("site_subscribed_kva")).abs() > entry.tolerance["kva"],
        needs=("subscribed_kva",),
        unless=_unless_listed("subscribed_kva"),
        invoiced=pl.col("subscribed_kva"),
        expected=pl.col("site_subscribed_kva"),
        unit=KVA,
        method=pl.lit("Puissance de la liste des sites."),
    )


def power_changed(entry: Entry) -> Outcome:
    """Judge the subscribed power against the bill before, where no list of sites says which is right."""
    return Outcome(
        (pl.col("subscribed_kva") - pl.col("previous_kva")).abs() > entry.tolerance["kva"],
        needs=("subscribed_kva",),
        unless=(
            pl.when(pl.col("site_subscribed_kva").is_not_null()).then(
                pl.lit("La liste des sites donne la puissance : voir l'écart avec elle.")
            ),
            pl.when(pl.col("previous_kva").is_null()).then(pl.lit("Puissance de la facture précédente inconnue.")),
        ),
        invoiced=pl.col("subscribed_kva"),
        expected=pl.col("previous_kva"),
        unit=KVA,
        method=pl.lit("Puissance de la facture précédente."),
    )


def power_out_of_range(entry: Entry) -> Outcome:
    """Judge whether a C5 point has a power that a C5 point may have."""
    low, high = entry.tolerance["min_kva"], entry.tolerance["max_kva"]
    other = pl.when(pl.col("grid_segment").ne_missing("C5")).then(pl.lit("Le point n'est pas du segment C5."))
    return Outcome(
        ~pl.col("subscribed_kva").is_between(low, high),
        needs=("subscribed_kva",),
        unless=(other,),
        invoiced=pl.col("subscribed_kva"),
        expected=pl.col("subscribed_kva").clip(low, high),
        unit=KVA,
    )


def billed_after_exit(entry: Entry) -> Outcome:
    """Judge whether the site had left the contract before the consumption billed."""
    left = pl.col("site_valid_to")
    days = (pl.col("consumption_start") - left).dt.total_days()
    present = pl.when(left.is_null()).then(pl.lit("Aucune date de sortie connue."))
    return Outcome(
        days >= entry.tolerance["days"],
        needs=("consumption_start",),
        unless=(present,),
        invoiced=days.clip(0),
        unit=DAYS,
        method=pl.format("Site sorti du contrat le {}.", left.dt.strftime("%d/%m/%Y")),
        amount_eur=whole_bill()[0],
        amount_ttc_eur=whole_bill()[1],
    )


def billed_before_entry(entry: Entry) -> Outcome:
    """Judge whether the site had entered the contract when the consumption billed ended."""
    entered = pl.col("site_valid_from")
    days = (entered - pl.col("consumption_end")).dt.total_days()
    present = pl.when(entered.is_null()).then(pl.lit("Aucune date d'entrée connue."))
    return Outcome(
        days > entry.tolerance["days"],
        needs=("consumption_end",),
        unless=(present,),
        invoiced=days.clip(0),
        unit=DAYS,
        method=pl.format("Site entré au contrat le {}.", entered.dt.strftime("%d/%m/%Y")),
        amount_eur=whole_bill()[0],
        amount_ttc_eur=whole_bill()[1],
    )


TWICE = ("duplicate_in_invoice", "duplicate_bill", "period_reversed")
CHECKS = (
    Check("segment_differs", segment_differs),
    Check("option_differs", option_differs, ("segment_differs",)),
    Check("power_out_of_range", power_out_of_range, ("segment_differs",)),
    Check("power_differs", power_differs, ("power_out_of_range",)),
    Check("power_changed", power_changed, ("power_out_of_range",)),
    Check("billed_after_exit", billed_after_exit, TWICE, fluids=BOTH),
    Check("billed_before_entry", billed_before_entry, TWICE, fluids=BOTH),
)
