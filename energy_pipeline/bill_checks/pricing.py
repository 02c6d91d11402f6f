"""Beside what a bill charges, what the regulated rates give for it, and on which base, option and convention."""

from collections.abc import Mapping

import polars as pl

from energy_pipeline.bill_checks import gas, grid
from energy_pipeline.bill_checks.catalogue import catalogue
from energy_pipeline.bill_checks.model import said
from energy_pipeline.bill_checks.options import named_options, possible_options, segment_of
from energy_pipeline.tariffs import rates_over

Tolerance = Mapping[str, float]
CATEGORIES = {"household": "ménages et assimilés", "sme": "PME", "high_power": "haute puissance"}
HOUSEHOLD_KVA, HIGH_POWER_KVA = 36.0, 250.0
"""CIBS L312-24: at most 36 kVA is taxed like households whatever the activity; a body without economic activity up to
250 kVA; beyond, everybody is of high power."""


def priced(bills: pl.DataFrame) -> pl.DataFrame:
    """Return `bills` (of `bills.prepare`) with `fixed_…`, `variable_…`, `excise_…`, `cta_…` and `…_share` columns.

    Those of gas stand in `gas_…` (see `gas.priced`). Of each amount: `expected` (EUR, the closest of what the rates
    allow), `matches`, `missing` (the table that lacks, French), `source` (legal references), `how` (French).
    `vat_…_share` are the parts of a period before the end of the
    reduced VAT.
    """
    entries = catalogue()
    with_options = gas.with_tariff(_with_options(bills))
    fixed = _best_fixed(with_options, entries["fixed_grid_amount"].tolerance)
    found = with_options.join(fixed, on="row", how="left")
    variable = _best_variable(found, entries["variable_grid_amount"].tolerance)
    excise = _best_excise(found, entries["excise_amount"].tolerance)
    dated = gas.fixed_dates(found)
    return (
        found.join(variable, on="row", how="left")
        .join(excise, on="row", how="left")
        .join(gas.priced(dated), on="row", how="left")
        .join(_mean_rate(found, "fixed_grid", "cta", "distribution", "cta"), on="row", how="left")
        .join(_mean_rate(dated, "fixed_grid", "vat", "reduced", "vat_fixed"), on="row", how="left")
        .join(_mean_rate(dated, "subscription", "vat", "reduced", "vat_subscription"), on="row", how="left")
        .join(_mean_rate(found, "consumption", "tccfe", "", "tccfe"), on="row", how="left")
        .join(_mean_rate(found, "consumption", "tdcfe", "", "tdcfe"), on="row", how="left")
    )


def _with_options(bills: pl.DataFrame) -> pl.DataFrame:
    """Add `grid_segment`, `options`, `options_conflict` (bill against list; NULL when one says nothing), and
    `is_participant`: may the point be of a collective operation?"""
    columns = ("segment", "subscribed_kva", "tariff_option", "supply_tariff", "site_tariff_option")
    segments, options, conflicts = [], [], []
    for segment, kva, option, supply, listed in bills.select(columns).iter_rows():
        words = option or supply or ""
        found = segment_of(segment, kva, words)
        billed, known = named_options(found, words), named_options(found, listed)
        segments.append(found)
        options.append(possible_options(found, words, listed))
        conflicts.append(not set(billed) & set(known) if billed and known else None)
    return bills.with_columns(
        pl.Series("grid_segment", segments, dtype=pl.String),
        pl.Series("options", options, dtype=pl.List(pl.String)),
        pl.Series("options_conflict", conflicts, dtype=pl.Boolean),
        is_participant=~pl.col("has_participants") | pl.col("curve_operation_id").is_not_null(),
    )


def _has_period(pair: str) -> pl.Expr:
    return (pl.col(f"{pair}_start") <= pl.col(f"{pair}_end")).fill_null(False)


def _best_fixed(bills: pl.DataFrame, tolerance: Tolerance) -> pl.DataFrame:
    asked = bills.filter(
        _has_period("fixed_grid") & pl.col("subscribed_kva").is_not_null() & (pl.col("options").list.len() > 0)
    )
    candidates = grid.fixed_parts(
        asked.select("row", "options", "is_participant", start="fixed_grid_start", end="fixed_grid_end",
                     kva="subscribed_kva")
    ).join(bills.select("row", "supplier", "fixed_grid_eur"), on="row")  # fmt: skip
    gap = (pl.col("fixed_grid_eur") - pl.col("expected")).abs()
    candidates = candidates.with_columns(
        gap=gap, matches=(gap <= tolerance["eur"]).fill_null(False), is_acc=pl.col("option").str.ends_with("_ACC")
    )
    habits = (
        candidates.filter("matches")
        .group_by("supplier", "convention")
        .len()
        .sort("supplier", "len", "convention", descending=[False, True, False])
        .unique("supplier", keep="first", maintain_order=True)
        .select("supplier", habit="convention")
    )
    best = (
        candidates.join(habits, on="supplier", how="left")
        .with_columns(is_habit=pl.col("convention") == pl.col("habit").fill_null(grid.DAYS))
        .sort(
            "row", ~pl.col("matches"), pl.col("expected").is_null(), ~pl.col("is_habit"), "gap", "is_acc", "option",
            maintain_order=True, nulls_last=True,
        )
    )  # fmt: skip
    # Another option may still explain the amount when its table is missing: then nothing can be said.
    lacking = candidates.group_by("row").agg(pl.col("missing").drop_nulls().first().alias("_any_missing"))
    return (
        best.unique("row", keep="first", maintain_order=True)
        .join(lacking, on="row", how="left")
        .select(
            "row",
            fixed_expected="expected",
            fixed_matches="matches",
            fixed_option="option",
            fixed_missing=pl.when(~pl.col("matches")).then(pl.coalesce("missing", "_any_missing")),
            fixed_source="legal_reference",
            fixed_is_doubtful="is_doubtful",
            fixed_how=pl.format(
                "Grille {} ({}) : gestion + comptage + puissance.",
                _shown(pl.col("option")),
                pl.col("convention").replace(grid.METHODS),
            ),
        )
    )


def _shown(option: pl.Expr) -> pl.Expr:
    return option.str.replace("/", " ", literal=True).str.replace("_", " ", literal=True)


def _physical() -> pl.Expr:
    """Return the physical consumption of a point that may be a participant: the curves, or else the indexes."""
    return pl.coalesce("curve_consumption_kwh", pl.when("is_participant").then("index_kwh"))


def _best_variable(bills: pl.DataFrame, tolerance: Tolerance) -> pl.DataFrame:
    # The option that explains the fixed part is that of the variable part.
    known = pl.when("fixed_matches").then(pl.concat_list(pl.col("fixed_option").str.replace("_ACC", "", literal=True)))
    # An estimate says nothing of the slots of what the network carried.
    is_said = ~(pl.col("curve_operation_id").is_not_null() & (pl.col("reading") == "estimated")).fill_null(False)
    registers = {
        "hp": "consumption_hp_kwh",
        "hc": "consumption_hc_kwh",
        "hpb": "consumption_hpb_kwh",
        "hcb": "consumption_hcb_kwh",
    }
    asked = bills.filter(_has_period("consumption") & (pl.col("options").list.len() > 0)).select(
        "row",
        "is_participant",
        pl.coalesce(known, "options").alias("options"),
        start="consumption_start",
        end="consumption_end",
        total="billed_kwh",
        shared=(_physical() - pl.col("billed_kwh")).clip(lower_bound=0.0),
        **{name: pl.when(is_said).then(column) for name, column in registers.items()},
    )
    candidates = grid.variable_parts(asked, tolerance["straddle_share"]).join(
        bills.select("row", "billed_kwh", "curve_consumption_kwh", "fixed_option", invoiced="variable_grid_eur"),
        on="row",
    )
    kwh = pl.max_horizontal(pl.col("billed_kwh").abs(), pl.col("curve_consumption_kwh").abs(), 1.0)
    per_kwh = pl.col("high").abs() / kwh
    allowed = (
        tolerance["eur"] + tolerance["kwh"] * per_kwh + tolerance["relative"] * pl.col("high").abs() + pl.col("slack")
    )
    nearest = pl.col("invoiced").clip(pl.col("low"), pl.col("high"))
    gap = (pl.col("invoiced") - nearest).abs()
    best = (
        candidates.with_columns(gap=gap, expected=nearest, matches=(gap <= allowed).fill_null(False))
        .with_columns(is_acc=pl.col("option").str.ends_with("_ACC"), is_physical=pl.col("base") == "physical")
        .sort(
            "row", ~pl.col("matches"), pl.col("expected").is_null(), ~pl.col("is_physical"),
            pl.col("option").ne_missing(pl.col("fixed_option")), "gap", "is_acc", "option",
            maintain_order=True, nulls_last=True,
        )
    )  # fmt: skip
    lacking = candidates.group_by("row").agg(pl.col("missing").drop_nulls().first().alias("_any_missing"))
    base = pl.when("is_physical").then(pl.lit("consommation physique")).otherwise(pl.lit("kWh facturés"))
    bounds = pl.when((pl.col("high") - pl.col("low")).abs() < tolerance["eur"]).then(pl.lit("")).otherwise(
        pl.format(", entre {} € et {} € selon les postes", said(pl.col("low")), said(pl.col("high")))
    )  # fmt: skip
    return (
        best.unique("row", keep="first", maintain_order=True)
        .join(lacking, on="row", how="left")
        .select(
            "row",
            variable_expected="expected",
            variable_matches="matches",
            variable_missing=pl.when(~pl.col("matches")).then(pl.coalesce("missing", "_any_missing")),
            variable_source="legal_reference",
            variable_is_doubtful="is_doubtful",
            variable_base=pl.when("matches").then("base"),
            variable_option=pl.when("matches").then("option"),
            variable_how=pl.format("Grille {}, assiette : {}{}.", _shown(pl.col("option")), base, bounds),
        )
    )


def _best_excise(bills: pl.DataFrame, tolerance: Tolerance) -> pl.DataFrame:
    kva = pl.col("subscribed_kva")
    categories = (
        pl.when((pl.col("grid_segment") == "C5") | (kva <= HOUSEHOLD_KVA))
        .then(pl.lit(["household"]))
        .when(kva > HIGH_POWER_KVA)
        .then(pl.lit(["high_power"]))
        .when(kva.is_not_null())
        .then(pl.lit(["household", "sme"]))
        .otherwise(pl.lit(list(CATEGORIES)))
    )
    is_asked = (pl.col("fluid") == "electricity") & _has_period("consumption") & pl.col("billed_kwh").is_not_null()
    asked = bills.filter(is_asked).select(
        "row", start="consumption_start", end="consumption_end", variant=categories, rate=pl.lit("excise")
    ).explode("variant")  # fmt: skip
    means = rates_over(asked).group_by("row", "variant", maintain_order=True).agg(
        (pl.col("value") * pl.col("share")).sum().alias("mean"),
        (pl.col("value").max() - pl.col("value").min()).alias("spread"),
        *_missing("accise"),
        pl.col("legal_reference").drop_nulls().unique(maintain_order=True).str.join(" ; "),
    )  # fmt: skip
    bases = bills.select(
        "row", "excise_eur", billed="billed_kwh", complement="curve_complement_kwh", physical=_physical()
    ).unpivot(["billed", "complement", "physical"], index=["row", "excise_eur"], variable_name="base",
              value_name="kwh")  # fmt: skip
    expected = pl.col("mean") * pl.col("kwh")
    allowed = (
        tolerance["eur"]
        + tolerance["kwh"] * pl.col("mean")
        + tolerance["straddle_share"] * pl.col("spread") * pl.col("kwh").abs()
    )
    gap = (pl.col("excise_eur") - expected).abs()
    best = (
        means.join(bases.filter(pl.col("kwh").is_not_null()), on="row")
        .with_columns(expected=pl.when(pl.col("missing").is_null()).then(expected), gap=gap, allowed=allowed)
        .with_columns(matches=(pl.col("gap") <= pl.col("allowed")) & pl.col("missing").is_null())
        .sort("row", ~pl.col("matches"), pl.col("base") != "billed", "gap", maintain_order=True)
    )
    words = {"billed": "kWh facturés", "complement": "complément", "physical": "consommation physique (contestée)"}
    return best.unique("row", keep="first", maintain_order=True).select(
        "row",
        excise_expected="expected",
        excise_matches="matches",
        excise_missing="missing",
        excise_source="legal_reference",
        excise_base=pl.when("matches").then("base"),
        excise_how=pl.format(
            "Tarif {}, {} €/MWh en moyenne sur la période ; assiette : {}.",
            pl.col("variant").replace(CATEGORIES),
            said(pl.col("mean") * 1000, 3),
            pl.col("base").replace(words),
        ),
    )


def _missing(what: str) -> tuple[pl.Expr]:
    absent = pl.col("value").is_null()
    day = pl.col("segment_start").filter(absent).first().dt.strftime("%d/%m/%Y")
    return (pl.when(absent.any()).then(pl.format("Barème manquant : {} au {}.", pl.lit(what), day)).alias("missing"),)


def _mean_rate(bills: pl.DataFrame, pair: str, rate: str, variant: str, prefix: str) -> pl.DataFrame:
    """Return `<prefix>_rate` (mean by days), `_share` of the days that have one, `_missing` and `_source`, by row."""
    asked = bills.filter(_has_period(pair)).select(
        "row", start=f"{pair}_start", end=f"{pair}_end", rate=pl.lit(rate), variant=pl.lit(variant)
    )
    return rates_over(asked).group_by("row", maintain_order=True).agg(
        (pl.col("value") * pl.col("share")).sum().alias(f"{prefix}_rate"),
        pl.col("share").filter(pl.col("value").is_not_null()).sum().alias(f"{prefix}_share"),
        _missing(rate.upper())[0].alias(f"{prefix}_missing"),
        pl.col("legal_reference").drop_nulls().unique(maintain_order=True).str.join(" ; ").alias(f"{prefix}_source"),
    )  # fmt: skip
