"""Each billed energy beside the curves, over the bill's own days.

The supplier may bill the complement only (convention §9, Part d'Electricité de Complément; code de l'énergie L315-4).
What it can know is the complement that Enedis published: that one is expected, ours only where it is not complete.
"""

from collections.abc import Collection
from datetime import date

import polars as pl

from energy_pipeline.reconciliation.ledger import standing_bills
from energy_pipeline.tables import marts
from energy_pipeline.tables.schemas import polars_schema
from energy_pipeline.tolerances import tolerances

PER_KWH = ("energy_eur", "capacity_eur", "cee_eur", "cee_precarity_eur", "guarantee_of_origin_eur")
"""Components that a kWh billed in excess costs; the excise is told apart: its base is contested."""

QUANTITIES = (
    "consumption_kwh", "self_consumption_kwh", "complement_kwh", "published_self_consumption_kwh",
    "published_complement_kwh",
)  # fmt: skip
NORMAL_VAT = 0.20


def known_days(daily: pl.DataFrame, participants: pl.DataFrame) -> pl.DataFrame:
    """Return `daily` with one row per point and day, our split NULL where it is not founded.

    `daily`: of `reduce_curves`; `participants`: marts.participant. Of two operations, the one with a consumption.
    """
    return (
        _without_unfounded_splits(daily, participants)
        .sort("prm", "day", pl.col("consumption_kwh").is_null(), "operation_id")
        .unique(["prm", "day"], keep="first", maintain_order=True)
    )


def reconcile(
    details: pl.DataFrame, known: pl.DataFrame, participants: pl.DataFrame, sites: pl.DataFrame, month: date
) -> pl.DataFrame:
    """Return the bills of `month`, judged (one row per detail that bills an energy).

    `details`: of `latest_details`, all months; `known`: of `known_days`, for the days of `days_needed`;
    `participants`: marts.participant; `sites`: marts.site. Columns: those of the detail and of `standing_bills`, those
    of marts.invoice_reconciliation, `excess_kwh`, `amount_eur`, `amount_ttc_eur` and `excise_eur_excess` (EUR, not yet
    rounded).

    Verdicts, the first that applies:

    - `cancelled`: credited, cancelled, or itself a credit;
    - `site_unknown`: in no perimeter and in no site list, when there is a list;
    - `estimated_pending`: the reading is not an actual one;
    - `no_curve`: some day of the bill has no curve, or the point was not a participant then, or nothing published
      tells the complement and our split rests on a curve that lacks (computed.consumer_day);
    - `matches`: within tolerance of what is expected;
    - `self_consumption_not_deducted`: the excess is the self-consumption of the bill's days, or that of some of the
      periods that the bill straddles;
    - `over_billed`, `under_billed`: anything else.
    """
    bills = standing_bills(details).filter(pl.col("month") == month)
    own = _over_days(bills, known, "consumption_start")
    run = _over_days(bills, known, "run_start").rename({name: f"run_{name}" for name in (*QUANTITIES, "operation_id")})
    joined = bills.drop("consumption_kwh").join(own, on="bill", how="left").join(run, on="bill", how="left")
    joined = joined.join(_stays(bills, participants), on="bill", how="left").with_columns(
        pl.coalesce("operation_id", "run_operation_id", "stay_operation_id").alias("operation_id"),
        is_known=_is_known(participants, sites),
    )
    judged = _with_expectation(joined)
    judged = judged.join(_parts_not_deducted(judged, known), on="bill", how="left")
    judged = judged.with_columns(_verdict().alias("verdict")).with_columns(_energy_base().alias("energy_base"))
    return _with_euros(judged).sort("bill")


def with_participation(judged: pl.DataFrame, operations: pl.DataFrame, told: Collection[str]) -> pl.DataFrame:
    """Return `judged` with `is_participant`: does the point consume in some operation at the dates of the bill?

    `operations`: marts.operation, all; `told`: those of which an Annexe 2 or a perimeter lists the participants. NULL
    where it is in none of these while some operation has told nothing yet, or there is none: it may be in that one.
    """
    known = set(operations["operation_id"])
    outside = False if known and known <= set(told) else None
    return judged.with_columns(
        is_participant=pl.when(pl.col("operation_id").is_not_null())
        .then(True)
        .otherwise(pl.lit(outside, dtype=pl.Boolean))
    )


def reconciliation_table(judged: pl.DataFrame) -> pl.DataFrame:
    """Return `marts.invoice_reconciliation`.

    `judged`: of `with_participation` and `no_curve.with_reasons`, with `slot_verdict` (`slots.SlotVerdicts.by_bill`).
    """
    schema = polars_schema(marts.INVOICE_RECONCILIATION)
    rows = judged.with_columns(
        period_start="consumption_start",
        period_end="consumption_end",
        amount_eur=pl.col("amount_eur").round(2, mode="half_away_from_zero"),
    )
    return rows.select(pl.col(name).cast(type_) for name, type_ in schema.items())


def _without_unfounded_splits(daily: pl.DataFrame, participants: pl.DataFrame) -> pl.DataFrame:
    """Return `daily` with our split NULL on the days on which the curve of some producer of the perimeter lacks.

    An operation without any producer is one whose producers nobody has told.
    """
    producers = participants.filter(role="producer").select("operation_id", "prm", "valid_from", "valid_to").unique()
    days = daily.select("operation_id", "day").unique()
    present = (
        days.join(producers, on="operation_id")
        .filter((pl.col("valid_from") <= pl.col("day")) & (pl.col("valid_to") > pl.col("day")).fill_null(True))
        .group_by("operation_id", "day")
        .agg(pl.col("prm").n_unique().alias("producers"))
    )
    has_producers = pl.col("operation_id").is_in(producers["operation_id"].unique().implode())
    founded = (pl.col("producers_known") >= pl.col("producers").fill_null(0)) & (
        has_producers | (pl.col("producers_known") > 0)
    )
    return (
        daily.join(present, on=["operation_id", "day"], how="left")
        .with_columns(
            pl.when(founded.fill_null(False)).then(pl.col(name)).alias(name)
            for name in ("self_consumption_kwh", "complement_kwh")
        )
        .drop("producers")
    )


def _over_days(bills: pl.DataFrame, daily: pl.DataFrame, start: str) -> pl.DataFrame:
    """Return, per bill, each quantity summed from `start` to the end of the bill; NULL if one day is not known."""
    spans = bills.select("bill", "prm", pl.col(start).alias("first"), pl.col("consumption_end").alias("last"))
    days = spans.join(daily, on="prm").filter(pl.col("day").is_between("first", "last"))
    length = (pl.col("last").first() - pl.col("first").first()).dt.total_days() + 1
    return (
        days.sort("day")
        .group_by("bill")
        .agg(
            pl.col("operation_id").last(),
            *(
                pl.when((pl.col(name).null_count() == 0) & (pl.len() == length)).then(pl.col(name).sum()).alias(name)
                for name in QUANTITIES
            ),
        )
    )


def _stays(bills: pl.DataFrame, participants: pl.DataFrame) -> pl.DataFrame:
    """Return (bill, stay_operation_id): the operation in which the point consumed at some time of the bill."""
    stays = participants.filter(pl.col("role") == "consumer").select(
        "prm", "valid_from", "valid_to", pl.col("operation_id").alias("stay_operation_id")
    )
    overlaps = (pl.col("valid_from") <= pl.col("consumption_end")) & (
        pl.col("valid_to").is_null() | (pl.col("valid_to") > pl.col("consumption_start"))
    )
    found = bills.select("bill", "prm", "consumption_start", "consumption_end").join(stays, on="prm").filter(overlaps)
    return found.sort("valid_from", "stay_operation_id").unique("bill", keep="last").select("bill", "stay_operation_id")


def _is_known(participants: pl.DataFrame, sites: pl.DataFrame) -> pl.Expr:
    listed = sites.filter(pl.col("fluid") == "electricity")["site_id"]
    if listed.is_empty():
        return pl.lit(True)
    known = pl.concat([listed, participants["prm"]]).unique()
    return pl.col("prm").is_null() | pl.col("prm").is_in(known.implode())


def _with_expectation(bills: pl.DataFrame) -> pl.DataFrame:
    rule = tolerances("bill")
    is_published = pl.col("run_published_complement_kwh").is_not_null()
    expected_over_run = pl.coalesce("run_published_complement_kwh", "run_complement_kwh")
    published = pl.coalesce(
        "run_published_self_consumption_kwh",
        pl.col("run_consumption_kwh") - pl.col("run_published_complement_kwh"),
        "run_self_consumption_kwh",
    )
    four_slots = pl.col("tariff_option").fill_null("").str.contains(r"4")
    registers = pl.when(four_slots).then(4).when(pl.col("consumption_hc_kwh").fill_null(0) != 0).then(2).otherwise(1)
    days = (pl.col("consumption_end") - pl.col("run_start")).dt.total_days() + 1
    expected = expected_over_run - pl.col("billed_before_kwh")
    return bills.with_columns(
        is_published.alias("is_published"),
        expected_kwh=expected,
        excess_kwh=pl.col("net_kwh") - expected,
        deductible_kwh=pl.when(is_published).then(published).otherwise("run_self_consumption_kwh"),
        tolerance_kwh=registers * pl.col("run_bills") * rule["kwh_per_register"]
        + days * rule["kwh_per_day"]
        + expected_over_run.abs() * rule["relative"],
    )


def _parts_not_deducted(bills: pl.DataFrame, daily: pl.DataFrame) -> pl.DataFrame:
    """Return (bill, is_part): whether the excess is the self-consumption of one straddled period, or of all but one."""
    spans = bills.select(
        "bill", "prm", "run_start", "consumption_end", "is_published", "excess_kwh", "deductible_kwh", "tolerance_kwh"
    )
    days = spans.join(daily, on="prm").filter(pl.col("day").is_between("run_start", "consumption_end"))
    shared = pl.when("is_published").then(
        pl.coalesce(
            "published_self_consumption_kwh", pl.col("consumption_kwh") - pl.col("published_complement_kwh"),
            "self_consumption_kwh",
        )
    ).otherwise("self_consumption_kwh")  # fmt: skip
    per_period = days.group_by("bill", "operation_id", "period_start").agg(
        shared.sum().alias("part"),
        pl.col("excess_kwh", "deductible_kwh", "tolerance_kwh").first(),
    )
    tolerance = pl.col("tolerance_kwh")
    fits = [
        ((pl.col("excess_kwh") - part).abs() <= tolerance) & (part > tolerance)
        for part in (pl.col("part"), pl.col("deductible_kwh") - pl.col("part"))
    ]
    return per_period.group_by("bill").agg((fits[0] | fits[1]).any().alias("is_part"))


def _verdict() -> pl.Expr:
    excess, tolerance, deductible = pl.col("excess_kwh"), pl.col("tolerance_kwh"), pl.col("deductible_kwh")
    whole = ((excess - deductible).abs() <= tolerance) & (deductible > tolerance)
    cases = [
        (pl.col("is_cancelled"), "cancelled"),
        (~pl.col("is_known"), "site_unknown"),
        (pl.col("reading") == "estimated", "estimated_pending"),
        (excess.is_null(), "no_curve"),
        (excess.abs() <= tolerance, "matches"),
        ((excess > 0) & (whole.fill_null(False) | pl.col("is_part").fill_null(False)), "self_consumption_not_deducted"),
        (excess > 0, "over_billed"),
    ]
    return pl.coalesce(
        *(pl.when(condition).then(pl.lit(verdict)) for condition, verdict in cases), pl.lit("under_billed")
    )


def _energy_base() -> pl.Expr:
    """Return on what the energy was billed; NULL where nothing judges it."""
    over_run = pl.col("net_kwh") + pl.col("billed_before_kwh")
    is_total = (over_run - pl.col("run_consumption_kwh")).abs() <= pl.col("tolerance_kwh")
    judged = ("matches", "self_consumption_not_deducted", "over_billed", "under_billed")
    return (
        pl.when(pl.col("verdict") == "matches")
        .then(pl.lit("complement"))
        .when(pl.col("verdict").is_in(judged) & is_total.fill_null(False))
        .then(pl.lit("total"))
        .when(pl.col("verdict").is_in(judged))
        .then(pl.lit("other"))
    )


def _with_euros(bills: pl.DataFrame) -> pl.DataFrame:
    """Price the excess at the row's own amounts per kWh; VAT at the row's own rate."""
    money = [*PER_KWH, "excise_eur", "vat_normal_eur", "vat_base_normal_eur"]
    rows = bills.with_columns(pl.col(money).cast(pl.Float64))
    known = pl.any_horizontal(pl.col(name).is_not_null() for name in PER_KWH) & (pl.col("billed_kwh") != 0)
    per_kwh = pl.when(known).then(pl.sum_horizontal(PER_KWH) / pl.col("billed_kwh"))
    base, vat = pl.col("vat_base_normal_eur"), pl.col("vat_normal_eur")
    is_normal = (vat - NORMAL_VAT * base).abs() <= 0.02
    rate = (
        pl.when((base.abs() > 0) & ~is_normal).then((vat / base).round(3)).otherwise(NORMAL_VAT).fill_null(NORMAL_VAT)
    )
    claimed = pl.col("verdict").is_in(["self_consumption_not_deducted", "over_billed", "under_billed"])
    return rows.with_columns(
        pl.when(claimed).then(pl.col("excess_kwh") * per_kwh).alias("amount_eur"),
        rate.alias("vat_rate"),
        pl.when(claimed & (pl.col("billed_kwh") != 0))
        .then(pl.col("excess_kwh") * pl.col("excise_eur") / pl.col("billed_kwh"))
        .alias("excise_eur_excess"),
    ).with_columns(amount_ttc_eur=pl.col("amount_eur") * (1 + pl.col("vat_rate")))
