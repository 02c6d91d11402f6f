"""Are the regulated prices right: network, taxes, VAT, each by the period that it is about."""

from collections.abc import Callable

import polars as pl

from energy_pipeline.bill_checks.catalogue import Entry
from energy_pipeline.bill_checks.families.quantity import QUANTITY, contested, looks_deducted, told_if_shared, unseen
from energy_pipeline.bill_checks.model import BOTH, EUR, Check, Outcome, said
from energy_pipeline.bill_checks.vat import bears_reduced, fixed_ttc, normal_ttc, vat_rate

INVOICE = ["supplier", "invoice_number"]
SLOTS_CONTESTED = "Postes contestés par le rapprochement avec les courbes."
NO_GRID = "Aucun acheminement facturé (contrat d'accès au réseau séparé ?)."


def _without_grid() -> pl.Expr:
    is_absent = pl.sum_horizontal(pl.col("fixed_grid_eur").abs(), pl.col("variable_grid_eur").abs()) == 0
    return pl.when(is_absent).then(pl.lit(NO_GRID))


def _no_option() -> pl.Expr:
    return pl.when(pl.col("options").list.len() == 0).then(pl.lit("Barème manquant : segment inconnu, ou C1 à C3."))


def _base(name: str) -> pl.Expr:
    """Return the kWh that explain an amount, as marts.bill_check names them; NULL where none does."""
    base = pl.col(f"{name}_base")
    drawn = pl.when(pl.col("curve_consumption_kwh").is_not_null()).then(pl.lit("total")).otherwise(pl.lit("index"))
    billed = pl.when(pl.col("curve_energy_base").is_in(["complement", "total"])).then("curve_energy_base")
    return (
        pl.when(base == "physical")
        .then(drawn)
        .when(base == "billed")
        .then(pl.coalesce(billed, pl.lit("billed")))
        .otherwise(base)
    )


def fixed_grid_amount(entry: Entry) -> Outcome:
    """Judge the fixed part of the TURPE: management, metering, power, over its own dates.

    A C4 bill shows one power where its four slots may have four: its difference is to review.
    """
    invoiced, expected = pl.col("fixed_grid_eur"), pl.col("fixed_expected")
    return Outcome(
        ~pl.col("fixed_matches"),
        needs=("fixed_grid_eur", "fixed_grid_start", "fixed_grid_end", "subscribed_kva"),
        unless=(_without_grid(), _no_option(), pl.col("fixed_missing")),
        doubtful=(pl.col("grid_segment") == "C4") | pl.col("fixed_is_doubtful"),
        invoiced=invoiced,
        expected=expected,
        unit=EUR,
        method=pl.col("fixed_how"),
        source=pl.col("fixed_source"),
        grid_option=pl.when("fixed_matches").then("fixed_option"),
        amount_eur=invoiced - expected,
        amount_ttc_eur=fixed_ttc(invoiced - expected),
        pair="fixed_grid",
    )


def variable_grid_amount(entry: Entry) -> Outcome:
    """Judge the variable part of the TURPE, on the physical consumption of a participant, within its bounds.

    Where nothing tells who takes part in an operation, more than the kWh billed explain may be due on shared ones: to
    review, without euros.
    """
    invoiced, expected = pl.col("variable_grid_eur"), pl.col("variable_expected")
    may_be_shared = looks_deducted() | (
        ~pl.col("has_participants") & pl.col("index_kwh").is_null() & (invoiced > expected)
    )
    excess = pl.when(~may_be_shared).then(invoiced - expected)
    return Outcome(
        ~pl.col("variable_matches"),
        needs=("variable_grid_eur", "consumption_start", "consumption_end", "billed_kwh"),
        unless=(
            _without_grid(),
            *contested(),
            pl.when(pl.col("curve_slot_verdict") == "differs").then(pl.lit(SLOTS_CONTESTED)),
            _no_option(),
            pl.col("variable_missing"),
            pl.when(~pl.col("variable_matches")).then(unseen()),
        ),
        doubtful=(pl.col("grid_segment") == "C4") | pl.col("variable_is_doubtful") | may_be_shared,
        invoiced=invoiced,
        expected=expected,
        unit=EUR,
        method=told_if_shared(pl.col("variable_how"), may_be_shared & ~pl.col("variable_matches")),
        source=pl.col("variable_source"),
        base=_base("variable"),
        grid_option=pl.col("variable_option"),
        amount_eur=excess,
        amount_ttc_eur=normal_ttc(excess),
    )


def cta_amount(entry: Entry) -> Outcome:
    """Judge the CTA: the rate of the period of the fixed part, not of the invoice's date, on the fixed part billed."""
    invoiced = pl.col("cta_eur")
    expected = pl.col("fixed_grid_eur") * pl.col("cta_rate")
    return Outcome(
        (invoiced - expected).abs() > entry.tolerance["eur"],
        needs=("cta_eur", "fixed_grid_eur", "fixed_grid_start", "fixed_grid_end"),
        unless=(_without_grid(), pl.col("cta_missing")),
        invoiced=invoiced,
        expected=expected,
        unit=EUR,
        method=pl.format(
            "{} % de la part fixe facturée ({} €).", said(pl.col("cta_rate") * 100, 4), said(pl.col("fixed_grid_eur"))
        ),
        source=pl.col("cta_source"),
        amount_eur=invoiced - expected,
        amount_ttc_eur=fixed_ttc(invoiced - expected),
        pair="fixed_grid",
    )


def excise_amount(entry: Entry) -> Outcome:
    """Judge the accise: the rate of the consumption's period, whatever base reproduces it, which is said.

    Of a participant without curves the physical consumption, a base that is contested, may not be known.
    """
    invoiced, expected = pl.col("excise_eur"), pl.col("excise_expected")
    return Outcome(
        ~pl.col("excise_matches"),
        needs=("excise_eur", "consumption_start", "consumption_end", "billed_kwh"),
        unless=(
            *contested(),
            pl.col("excise_missing"),
            pl.when(~pl.col("excise_matches") & (invoiced > expected)).then(unseen()),
        ),
        invoiced=invoiced,
        expected=expected,
        unit=EUR,
        method=pl.col("excise_how"),
        source=pl.col("excise_source"),
        base=_base("excise"),
        amount_eur=invoiced - expected,
        amount_ttc_eur=normal_ttc(invoiced - expected),
    )


def _local_tax(name: str, rates: tuple[str, ...]) -> Callable[[Entry], Outcome]:
    def outcome(entry: Entry) -> Outcome:
        invoiced = pl.col(f"{name}_eur")
        ended = pl.all_horizontal(
            (pl.col(f"{rate}_rate") == 0) & pl.col(f"{rate}_missing").is_null() for rate in rates
        ).fill_null(False)
        return Outcome(
            invoiced.abs() > entry.tolerance["eur"],
            needs=(f"{name}_eur", "consumption_start", "consumption_end"),
            unless=(pl.when(~ended).then(pl.lit("Taxe encore due sur cette période, à un taux fixé localement.")),),
            invoiced=invoiced,
            expected=pl.lit(0.0),
            unit=EUR,
            method=pl.lit("Taxe supprimée avant le début de la consommation."),
            source=pl.col(f"{rates[0]}_source"),
            amount_eur=invoiced,
            amount_ttc_eur=normal_ttc(invoiced),
        )

    return outcome


def arenh_after_end(entry: Entry) -> Outcome:
    """Judge ARENH after its end."""
    invoiced = pl.col("arenh_eur")
    in_force = pl.when(pl.col("consumption_start") < entry.day).then(pl.lit("ARENH encore en vigueur."))
    return Outcome(
        invoiced.abs() > entry.tolerance["eur"],
        needs=("arenh_eur", "consumption_start"),
        unless=(in_force,),
        invoiced=invoiced,
        expected=pl.lit(0.0),
        unit=EUR,
        amount_eur=invoiced,
        amount_ttc_eur=normal_ttc(invoiced),
    )


def _missed_vat(base: pl.Expr) -> pl.Expr:
    """Return the VAT billed in excess on a base at the reduced rate that should bear the normal one: negative."""
    return base * (vat_rate("reduced") - vat_rate("normal"))


def reduced_vat_after_reform(entry: Entry) -> Outcome:
    """Judge the reduced VAT on periods of subscription from 1 August 2025 on, whatever the date of the invoice."""
    base = pl.col("vat_base_reduced_eur")
    share = pl.max_horizontal("vat_fixed_share", "vat_subscription_share")
    return Outcome(
        base.abs() > entry.tolerance["eur"],
        needs=("vat_base_reduced_eur",),
        unless=(
            pl.when(share.is_null()).then(pl.lit("Dates d'abonnement et d'acheminement fixe absentes.")),
            pl.when(share > 0).then(pl.lit("Période commencée avant la fin du taux réduit.")),
        ),
        invoiced=base,
        expected=pl.lit(0.0),
        unit=EUR,
        method=pl.lit("Assiette du taux réduit ; nulle depuis le 1er août 2025."),
        amount_ttc_eur=_missed_vat(base),
        pair="fixed_grid",
    )


def reduced_vat_above_36_kva(entry: Entry) -> Outcome:
    """Judge the reduced VAT above 36 kVA, where it was never due."""
    base = pl.col("vat_base_reduced_eur")
    small = pl.when(pl.col("grid_segment").ne_missing("C4")).then(pl.lit("Le point n'est pas du segment C4."))
    return Outcome(
        base.abs() > entry.tolerance["eur"],
        needs=("vat_base_reduced_eur",),
        unless=(small,),
        invoiced=base,
        expected=pl.lit(0.0),
        unit=EUR,
        method=pl.lit("Assiette du taux réduit ; nulle au-dessus de 36 kVA."),
        amount_ttc_eur=_missed_vat(base),
        pair="fixed_grid",
    )


def reduced_vat_base(entry: Entry) -> Outcome:
    """Judge the base of the reduced VAT, on the whole invoice: subscription, fixed part and CTA, by their days before.

    The VAT of a site is indicative, only that of the invoice is due.
    """
    fixed = pl.sum_horizontal("fixed_grid_eur", "cta_eur") * pl.col("vat_fixed_share")
    billed = pl.col("subscription_eur") + pl.col("transport_eur").fill_null(0.0)
    subscription = pl.when(billed == 0).then(0.0).otherwise(
        billed * pl.coalesce("vat_subscription_share", "vat_fixed_share")
    )  # fmt: skip
    is_small = bears_reduced()
    due = pl.when(is_small).then(fixed + subscription).when(is_small.is_not_null()).then(0.0)
    needed = pl.when(pl.any_horizontal(pl.col("fixed_grid_eur", "cta_eur").is_null())).then(None).otherwise(due)
    expected = pl.when(needed.is_not_null().all()).then(needed.sum()).over(INVOICE)
    invoiced = pl.col("invoice_vat_base_reduced_eur")
    earlier = pl.any_horizontal(f"_{name}_failed" for name in ("reduced_vat_after_reform", "reduced_vat_above_36_kva"))
    return Outcome(
        (invoiced - expected).abs() > entry.tolerance["eur_per_detail"] * pl.col("invoice_details"),
        only=pl.col("is_first_detail"),
        unless=(
            pl.when(earlier.any().over(INVOICE)).then(pl.lit("Sans objet : taux réduit déjà contesté.")),
            pl.when(pl.len().over(INVOICE) < pl.col("invoice_details")).then(
                pl.lit("Les détails de la facture sont de plusieurs mois.")
            ),
            pl.when(invoiced.is_null() | expected.is_null()).then(
                pl.lit("Assiette, part fixe, CTA ou dates absentes d'un détail de la facture.")
            ),
        ),
        invoiced=invoiced,
        expected=expected,
        unit=EUR,
        method=pl.lit(
            "Abonnement, part fixe de l'acheminement et CTA, gaz ou jusqu'à 36 kVA, jours avant le 1er août 2025."
        ),
        amount_ttc_eur=_missed_vat(invoiced - expected),
        pair="fixed_grid",
    )


def _vat_of_invoice(variant: str) -> Callable[[Entry], Outcome]:
    def outcome(entry: Entry) -> Outcome:
        base = pl.col(f"invoice_vat_base_{variant}_eur")
        invoiced, expected = pl.col(f"invoice_vat_{variant}_eur"), base * vat_rate(variant)
        allowed = entry.tolerance["eur_per_detail"] * pl.col("invoice_details") + entry.tolerance["eur"]
        absent = pl.when(invoiced.is_null() | base.is_null()).then(
            pl.lit("Assiette ou TVA absente d'un détail de la facture.")
        )
        return Outcome(
            (invoiced - expected).abs() > allowed,
            only=pl.col("is_first_detail"),
            unless=(absent,),
            invoiced=invoiced,
            expected=expected,
            unit=EUR,
            method=pl.lit("Taux × assiette, sur toute la facture."),
            amount_ttc_eur=invoiced - expected,
        )

    return outcome


BEFORE = ("period_missing", "period_reversed", "duplicate_in_invoice", "duplicate_bill", "billed_after_exit",
          "billed_before_entry")  # fmt: skip
"""A bill without dates has no rate; one that is not due at all is claimed whole."""
SIGNS = ("negative_quantity", "negative_amount")
CHECKS = (
    Check("fixed_grid_amount", fixed_grid_amount, (*BEFORE, "negative_amount", "segment_differs")),
    Check("variable_grid_amount", variable_grid_amount, (*BEFORE, *SIGNS, *QUANTITY, "segment_differs")),
    Check("cta_amount", cta_amount, (*BEFORE, "negative_amount")),
    Check("excise_amount", excise_amount, (*BEFORE, *SIGNS, *QUANTITY)),
    Check("tccfe_after_end", _local_tax("tccfe", ("tccfe",)), BEFORE),
    Check("tdcfe_after_end", _local_tax("tdcfe", ("tdcfe",)), BEFORE),
    Check("tcfe_after_end", _local_tax("tcfe", ("tccfe", "tdcfe")), (*BEFORE, "tccfe_after_end", "tdcfe_after_end")),
    Check("arenh_after_end", arenh_after_end, BEFORE),
    Check("reduced_vat_above_36_kva", reduced_vat_above_36_kva, (*BEFORE, "segment_differs")),
    Check("reduced_vat_after_reform", reduced_vat_after_reform, (*BEFORE, "reduced_vat_above_36_kva"),
          fluids=BOTH),
    Check("reduced_vat_base", reduced_vat_base, BEFORE, fluids=BOTH),
    Check("reduced_vat_amount", _vat_of_invoice("reduced"), of_credits=True, of_credited=True, fluids=BOTH),
    Check("normal_vat_amount", _vat_of_invoice("normal"), of_credits=True, of_credited=True, fluids=BOTH),
)  # fmt: skip
