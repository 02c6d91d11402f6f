"""What a bill says of its time slots: the registers of a detail, named, and what the run before it billed of each."""

import polars as pl

from energy_pipeline.invoices.details import REGISTERS, plain
from energy_pipeline.tolerances import tolerances

TWO, FOUR = ("HP", "HC"), ("HPH", "HCH", "HPB", "HCB")
FOUR_WORDS = r"[cm]u ?4|4 ?(postes|plages)"
TWO_WORDS = r"creuses|\bhc\b|hphc|mudt"


def slots_billed() -> pl.Expr:
    """Return how many slots a detail bills: 4, 2, or 1; by its registers, else by the words of its option."""
    option = plain("tariff_option").fill_null("")
    summer = [pl.col(name) for name in REGISTERS[2:]]
    has_summer = pl.any_horizontal(name.is_not_null() for name in summer)
    off_peak = pl.col(REGISTERS[1])
    return (
        pl.when(pl.any_horizontal(name.fill_null(0) != 0 for name in summer)
                | (has_summer & option.str.contains(FOUR_WORDS)))
        .then(4)
        .when((off_peak.fill_null(0) != 0) | (off_peak.is_not_null() & option.str.contains(TWO_WORDS)))
        .then(2)
        .otherwise(1)
    )  # fmt: skip


def points_of_several_slots(details: pl.DataFrame) -> pl.Series:
    """Return the PRMs of which some detail bills several slots (`details`: of `latest_details`)."""
    return details.filter(slots_billed() > 1)["prm"].drop_nulls().unique()


def billed_slots(standing: pl.DataFrame) -> pl.DataFrame:
    """Return (bill, slot, slots, billed_kwh, before_kwh): each slot of the bills whose registers can be trusted.

    `standing`: of `standing_bills`. `before_kwh` is what the estimated bills of the same run billed before this one. A
    bill is left out when it bills one slot, is cancelled or credited in part, or when some bill of the run up to it
    says registers that do not make its total.
    """
    run = ["supplier", "prm", "run_start"]
    registers = pl.sum_horizontal(REGISTERS)
    rows = (
        standing.filter(~pl.col("is_cancelled"))
        .sort(*run, "consumption_end", "consumption_start", "bill")
        .with_columns(slots=slots_billed().max().over(run))
        .with_columns(
            is_usable=(
                pl.col(REGISTERS[0]).is_not_null()
                & (pl.col("net_kwh") == pl.col("billed_kwh"))
                & ((registers - pl.col("billed_kwh")).abs() <= tolerances("slot")["kwh_per_register"] * pl.col("slots"))
            ).fill_null(False)
        )
        .with_columns(
            pl.col("is_usable").cast(pl.Int8).cum_min().over(run).cast(pl.Boolean),
            *((pl.col(name).fill_null(0).cum_sum().over(run) - pl.col(name).fill_null(0)).alias(f"before_{name}")
              for name in REGISTERS),
        )
        .filter(pl.col("is_usable") & (pl.col("slots") > 1))
    )  # fmt: skip
    named = [
        rows.filter(pl.col("slots") == len(names)).select(
            "bill", "slots", slot=pl.lit(slot), billed_kwh=pl.col(register).fill_null(0.0),
            before_kwh=pl.col(f"before_{register}"),
        )
        for names in (TWO, FOUR)
        for slot, register in zip(names, REGISTERS, strict=False)
    ]  # fmt: skip
    return pl.concat(named)
