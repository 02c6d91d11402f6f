"""Do the dates hold: each of the three pairs follows only itself, the fixed parts being billed ahead."""

from collections.abc import Callable

import polars as pl

from energy_pipeline.bill_checks.catalogue import Entry
from energy_pipeline.bill_checks.model import BOTH, DAYS, Check, Outcome, failure
from energy_pipeline.bill_checks.prepared import PAIRS
from energy_pipeline.bill_checks.vat import fixed_ttc, normal_ttc, subscription_ttc

BILLED = {
    "subscription": ("subscription_eur",),
    "consumption": ("energy_eur", "billed_kwh"),
    "fixed_grid": ("fixed_grid_eur",),
}
NAMES = {"subscription": "abonnement", "consumption": "consommation", "fixed_grid": "acheminement fixe"}
GAPS = ("consumption", "subscription", "fixed_grid")
"""The pairs in the order in which they tell a gap: one that several have is told by the first."""
FIRST = "Première facture connue du point."
DATED = ("period_missing", "period_reversed")


def _listed(pairs: dict[str, pl.Expr], words: str = "Dates de") -> pl.Expr:
    """Return « Dates de : … », the pairs of which the expression is true; NULL if none is."""
    names = pl.concat_list(pl.when(said).then(pl.lit(NAMES[pair])) for pair, said in pairs.items()).list.drop_nulls()
    return pl.when(names.list.len() > 0).then(pl.format("{} : {}.", pl.lit(words), names.list.join(", ")))


def period_missing(entry: Entry) -> Outcome:
    """Judge whether what is billed has dates. A pair that no bill of the supplier has is not in its export."""
    wrong = {
        pair: pl.any_horizontal(pl.col(name).fill_null(0).abs() > 0 for name in names)
        & (pl.col(f"{pair}_start").is_null() | pl.col(f"{pair}_end").is_null())
        & pl.coalesce(f"{pair}_start", f"{pair}_end").is_not_null().any().over("supplier", "fluid")
        for pair, names in BILLED.items()
    }
    return Outcome(pl.any_horizontal(wrong.values()), method=_listed(wrong))


def period_reversed(entry: Entry) -> Outcome:
    """Judge whether each period starts before it ends."""
    wrong = {pair: (pl.col(f"{pair}_start") > pl.col(f"{pair}_end")).fill_null(False) for pair in PAIRS}
    return Outcome(pl.any_horizontal(wrong.values()), method=_listed(wrong))


def issued_before_end(entry: Entry) -> Outcome:
    """Judge whether the consumption was over when it was billed."""
    early = (pl.col("consumption_end") - pl.col("invoice_date")).dt.total_days()
    return Outcome(
        early > entry.tolerance["days"],
        needs=("invoice_date", "consumption_end"),
        invoiced=early.clip(0),
        expected=pl.lit(0.0),
        unit=DAYS,
        method=pl.format("Facture du {}.", pl.col("invoice_date").dt.strftime("%d/%m/%Y")),
    )


def period_length(entry: Entry) -> Outcome:
    """Judge whether the consumption is of one month, or of two."""
    allowed = entry.tolerance
    days = pl.col("consumption_days")
    one = days.is_between(allowed["month_min_days"], allowed["month_max_days"])
    two = days.is_between(allowed["two_months_min_days"], allowed["two_months_max_days"])
    starts = (pl.col("consumption_start") - pl.col("site_valid_from")).dt.total_days().abs() <= allowed["edge_days"]
    ends = (pl.col("site_valid_to") - pl.col("consumption_end")).dt.total_days() <= allowed["edge_days"]
    edge = pl.col("is_first") | starts.fill_null(False) | ends.fill_null(False)
    return Outcome(
        ~(one | two),
        needs=("consumption_start", "consumption_end"),
        unless=(pl.when(edge).then(pl.lit("Première ou dernière facture du point.")),),
        invoiced=days,
        expected=days.clip(allowed["month_min_days"], allowed["month_max_days"]),
        unit=DAYS,
    )


def _is_same_gap(pair: str, other: str) -> pl.Expr:
    """Return whether both pairs lack the same days."""
    edges = ("previous_end", "start")
    return pl.all_horizontal(pl.col(f"{pair}_{edge}") == pl.col(f"{other}_{edge}") for edge in edges).fill_null(False)


def _gap(pair: str) -> Callable[[Entry], Outcome]:
    rank = GAPS.index(pair)
    first, also = GAPS[:rank], GAPS[rank + 1 :]

    def outcome(entry: Entry) -> Outcome:
        previous = pl.col(f"{pair}_previous_end")
        days = (pl.col(f"{pair}_start") - previous).dt.total_days() - 1
        is_told = {other: pl.col(failure(f"gap_{other}")) & _is_same_gap(pair, other) for other in first}
        until = pl.format("La facture précédente va jusqu'au {}.", previous.dt.strftime("%d/%m/%Y"))
        same = (
            _listed({other: _is_same_gap(pair, other) for other in also}, "Mêmes jours pour") if also else pl.lit(None)
        )
        return Outcome(
            days > entry.tolerance["days"],
            needs=(f"{pair}_start", f"{pair}_end"),
            unless=(
                pl.when(previous.is_null()).then(pl.lit(FIRST)),
                *(
                    pl.when(told).then(pl.lit(f"Trou dit avec celui des dates de : {NAMES[other]}."))
                    for other, told in is_told.items()
                ),
            ),
            invoiced=days.clip(0),
            expected=pl.lit(0.0),
            unit=DAYS,
            method=pl.concat_str(until, same, separator=" ", ignore_nulls=True),
            pair=pair,
        )

    return outcome


def _overlap(pair: str) -> Callable[[Entry], Outcome]:
    def outcome(entry: Entry) -> Outcome:
        start, end, previous = pl.col(f"{pair}_start"), pl.col(f"{pair}_end"), pl.col(f"{pair}_previous_end")
        common = (pl.min_horizontal(previous, end) - start).dt.total_days() + 1
        share = common / ((end - start).dt.total_days() + 1)
        # The energy billed twice is judged against the curves, over the bill's own dates: no euro of it here.
        twice = {
            "subscription": (pl.col("subscription_eur") * share, subscription_ttc),
            "fixed_grid": (pl.sum_horizontal("fixed_grid_eur", "cta_eur") * share, fixed_ttc),
            "consumption": (pl.lit(None, pl.Float64), normal_ttc),
        }
        euros, with_vat = twice[pair]
        return Outcome(
            common > entry.tolerance["days"],
            needs=(f"{pair}_start", f"{pair}_end"),
            unless=(pl.when(previous.is_null()).then(pl.lit(FIRST)),),
            invoiced=common.clip(0),
            expected=pl.lit(0.0),
            unit=DAYS,
            method=pl.format("Une facture précédente va jusqu'au {}.", previous.dt.strftime("%d/%m/%Y")),
            amount_eur=euros,
            amount_ttc_eur=with_vat(euros),
            pair=pair,
        )

    return outcome


def late_invoice(entry: Entry) -> Outcome:
    """Judge whether the bill came before the end of the month after its period (two months for the first one)."""
    months = pl.when("is_first").then(entry.tolerance["first_months"]).otherwise(entry.tolerance["months"])
    limit = (
        pl.col("consumption_end").dt.month_end().dt.offset_by(pl.format("{}mo", months.cast(pl.Int32))).dt.month_end()
    )
    late = (pl.col("first_issued_on") - limit).dt.total_days()
    return Outcome(
        late > 0,
        needs=("invoice_date", "consumption_end"),
        invoiced=late.clip(0),
        expected=pl.lit(0.0),
        unit=DAYS,
        method=pl.format("Attendue au plus tard le {}.", limit.dt.strftime("%d/%m/%Y")),
    )


DUPLICATES = ("duplicate_in_invoice", "duplicate_bill")
CHECKS = (
    Check("period_missing", period_missing, fluids=BOTH),
    Check("period_reversed", period_reversed, of_credits=True, fluids=BOTH),
    Check("issued_before_end", issued_before_end, DATED, fluids=BOTH),
    Check("period_length", period_length, DATED, fluids=BOTH),
    *(Check(f"gap_{pair}", _gap(pair), DATED, fluids=BOTH) for pair in GAPS),
    *(Check(f"overlap_{pair}", _overlap(pair), (*DATED, *DUPLICATES), fluids=BOTH) for pair in PAIRS),
    Check("late_invoice", late_invoice, DATED, fluids=BOTH),
)
