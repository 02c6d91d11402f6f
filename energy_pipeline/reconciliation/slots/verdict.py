"""Each slot of a bill judged; a wrong split whose total agrees, and the euros that it costs."""

from dataclasses import dataclass

import polars as pl

from energy_pipeline.reconciliation.ledger import standing_bills
from energy_pipeline.reconciliation.slots.billed import billed_slots
from energy_pipeline.reconciliation.slots.expected import expected_slots
from energy_pipeline.reconciliation.slots.pricing import with_prices
from energy_pipeline.tables import marts
from energy_pipeline.tables.columns import SLOTS
from energy_pipeline.tables.schemas import polars_schema
from energy_pipeline.tolerances import tolerances

JUDGED = ("matches", "self_consumption_not_deducted", "over_billed", "under_billed")
"""Verdicts of a bill that was compared with curves."""
SURE = ("published", "declared")
"""Sources on which a claim may rest; hours that were inferred give a verdict only."""
NO_HOURS = "Heures creuses inconnues sur toute la période, et énergies par poste non publiées pour ces dates."
KEPT = (
    "bill", "supplier", "invoice_number", "detail_id", "prm", "month", "operation_id", "consumption_start",
    "consumption_end", "run_start", "run_bills", "net_kwh", "energy_eur", "vat_rate", "path", "line",
)  # fmt: skip


@dataclass(frozen=True)
class Told:
    """What tells the slots of the bills and their prices.

    `known`: of `bills.known_days`; `slot_daily`: computed.consumer_slot_day; `energies`: of `energies.slot_energies`;
    `stretches`: of `prices.timeline`.
    """

    known: pl.DataFrame
    slot_daily: pl.DataFrame
    energies: pl.DataFrame
    stretches: pl.DataFrame


@dataclass(frozen=True)
class SlotVerdicts:
    """The slots of the bills of a month: `rows`, one per bill and slot, in order."""

    rows: pl.DataFrame

    @property
    def by_bill(self) -> pl.DataFrame:
        """(bill, slot_verdict): `differs` where one slot of the bill does, `unknown` where nothing tells its slots."""
        verdict = pl.col("verdict")
        return self.rows.group_by("bill").agg(
            pl.when((verdict == "unknown").any())
            .then(pl.lit("unknown"))
            .when((verdict == "matches").all())
            .then(pl.lit("matches"))
            .otherwise(pl.lit("differs"))
            .alias("slot_verdict")
        )

    @property
    def table(self) -> pl.DataFrame:
        """The rows as `marts.invoice_slot_reconciliation`."""
        schema = polars_schema(marts.INVOICE_SLOT_RECONCILIATION)
        made = self.rows.with_columns(
            period_start="consumption_start",
            period_end="consumption_end",
            price=pl.col("price").round(6),
            amount_eur=pl.col("amount_eur").round(4),
        )
        return made.select(pl.col(name).cast(type_) for name, type_ in schema.items())


def judge_slots(details: pl.DataFrame, judged: pl.DataFrame, told: Told) -> SlotVerdicts:
    """Return the slots of the bills that were compared with curves.

    `details`: of `latest_details`, all months; `judged`: of `bills.reconcile`.

    What is judged is the bill less the credits that correct it in part. Verdict of a slot: `matches`, `over_billed` or
    `under_billed` (beyond the tolerance of `[slot]`), `unknown` where nothing tells its hours, or a credit does not
    tell its slots: `reason` says it. `is_split_wrong`: the bill's total matches, its slots do not, and their hours are
    declared or their energies published. Such rows alone have a `price`, a `price_source` and an `amount_eur`
    (`with_prices`).
    """
    billed = billed_slots(standing_bills(details))
    bills = judged.filter(pl.col("verdict").is_in(JUDGED)).join(
        billed.select("bill", "slots").unique(), on="bill", maintain_order="left"
    )
    expected = expected_slots(bills, told.known, told.slot_daily, told.energies)
    sources = expected.select("bill", "slot_source").unique()
    zero = {name: pl.col(name).fill_null(0.0) for name in ("run_kwh", "straddling_kwh", "consumption_kwh",
                                                            "self_consumption_kwh")}  # fmt: skip
    is_known = pl.col("slot_source").is_not_null()
    rows = (
        bills.select(*KEPT, pl.col("verdict").alias("bill_verdict"))
        .join(billed.drop("slots"), on="bill")
        .join(sources, on="bill", how="left")
        .join(expected.drop("slot_source"), on=["bill", "slot"], how="left")
        .with_columns(pl.when(is_known).then(value).alias(name) for name, value in zero.items())
        .with_columns(
            expected_kwh=pl.col("run_kwh") - pl.col("before_kwh"),
            tolerance_kwh=_tolerance(),
            net_slot_kwh=pl.col("billed_kwh") - pl.col("credited_kwh"),
            reason=pl.coalesce("reason", pl.when(~is_known).then(pl.lit(NO_HOURS))),
        )
        .with_columns(difference_kwh=pl.col("net_slot_kwh") - pl.col("expected_kwh"))
        .with_columns(verdict=_verdict())
        .with_columns(is_split_wrong=_is_split_wrong())
    )
    order = pl.col("slot").replace_strict({name: rank for rank, name in enumerate(SLOTS)})
    return SlotVerdicts(with_prices(rows, told.stretches).sort("bill", order))


def _tolerance() -> pl.Expr:
    rule = tolerances("slot")
    days = (pl.col("consumption_end") - pl.col("run_start")).dt.total_days() + 1
    return (
        pl.col("run_bills") * rule["kwh_per_register"]
        + days * rule["kwh_per_day"]
        + pl.col("run_kwh").abs() * rule["relative"]
        + pl.col("straddling_kwh")
    )


def _verdict() -> pl.Expr:
    gap, tolerance = pl.col("difference_kwh"), pl.col("tolerance_kwh")
    return (
        pl.when(gap.is_null())
        .then(pl.lit("unknown"))
        .when(gap.abs() <= tolerance)
        .then(pl.lit("matches"))
        .when(gap > 0)
        .then(pl.lit("over_billed"))
        .otherwise(pl.lit("under_billed"))
    )


def _is_split_wrong() -> pl.Expr:
    return (
        (pl.col("bill_verdict") == "matches")
        & pl.col("slot_source").is_in(SURE).fill_null(False)
        & pl.col("verdict").is_in(["over_billed", "under_billed"]).any().over("bill")
    )
