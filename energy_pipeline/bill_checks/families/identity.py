"""Is the bill what it says it is: references, point, public customer, and billed once only."""

import polars as pl

from energy_pipeline.bill_checks.catalogue import Entry
from energy_pipeline.bill_checks.model import BOTH, Check, Outcome
from energy_pipeline.bill_checks.vat import whole_bill
from energy_pipeline.tables.columns import PRM_PATTERN


def invoice_date_missing(entry: Entry) -> Outcome:
    """Judge the accounting date."""
    return Outcome(pl.col("invoice_date").is_null())


def invoice_total_missing(entry: Entry) -> Outcome:
    """Judge the total of the invoice, once."""
    return Outcome(~pl.col("invoice_has_total"), only=pl.col("is_first_detail"))


def grouping_missing(entry: Entry) -> Outcome:
    """Judge the grouping, where the supplier gives some."""
    none = pl.when(~pl.col("supplier_has_groupings")).then(pl.lit("Le fournisseur n'indique aucun regroupement."))
    return Outcome(pl.col("grouping").is_null(), unless=(none,))


def prm_invalid(entry: Entry) -> Outcome:
    """Judge the number of the point: 14 digits. No check digit is public."""
    return Outcome(
        ~pl.col("prm").str.contains(PRM_PATTERN).fill_null(False),
        method=pl.format("PRM « {} ».", pl.col("prm").fill_null("")),
    )


def siret_invalid(entry: Entry) -> Outcome:
    """Judge the SIRET of the public customer."""
    return Outcome(
        ~pl.col("siret_is_valid"), needs=("chorus_siret",), method=pl.format("SIRET « {} ».", pl.col("chorus_siret"))
    )


def invoice_number_reused(entry: Entry) -> Outcome:
    """Judge whether the same number stands on several dates."""
    return Outcome(pl.col("invoice_dates") > 1, only=pl.col("is_first_detail"))


def duplicate_in_invoice(entry: Entry) -> Outcome:
    """Judge whether the invoice bills the same point, period and amounts twice."""
    return Outcome(
        pl.col("same_in_invoice").is_not_null(),
        needs=("total_excl_vat_eur",),
        invoiced=pl.col("total_excl_vat_eur"),
        expected=pl.when(pl.col("same_in_invoice").is_not_null()).then(0.0),
        unit="EUR",
        method=pl.format("Même point, même période, mêmes montants que le détail {}.", "same_in_invoice"),
        amount_eur=whole_bill()[0],
        amount_ttc_eur=whole_bill()[1],
    )


def duplicate_bill(entry: Entry) -> Outcome:
    """Judge whether an earlier invoice bills the same point, period and amounts."""
    return Outcome(
        pl.col("same_elsewhere").is_not_null(),
        needs=("total_excl_vat_eur",),
        invoiced=pl.col("total_excl_vat_eur"),
        expected=pl.when(pl.col("same_elsewhere").is_not_null()).then(0.0),
        unit="EUR",
        method=pl.format("Même point, même période, mêmes montants que la facture {}.", "same_elsewhere"),
        amount_eur=whole_bill()[0],
        amount_ttc_eur=whole_bill()[1],
    )


CHECKS = (
    Check("invoice_date_missing", invoice_date_missing, of_credits=True, of_credited=True, fluids=BOTH),
    Check("invoice_total_missing", invoice_total_missing, of_credits=True, of_credited=True, fluids=BOTH),
    Check("grouping_missing", grouping_missing, of_credits=True, of_credited=True, fluids=BOTH),
    Check("prm_invalid", prm_invalid, of_credits=True, of_credited=True),
    Check("siret_invalid", siret_invalid, of_credits=True, of_credited=True, fluids=BOTH),
    Check("invoice_number_reused", invoice_number_reused, of_credits=True, of_credited=True, fluids=BOTH),
    Check("duplicate_in_invoice", duplicate_in_invoice, fluids=BOTH),
    Check("duplicate_bill", duplicate_bill, fluids=BOTH),
)
