"""What a bill says of its time slots: the registers of a detail, named, and what the run before it billed of each."""

import polars as pl

from energy_pipeline.invoices.details import REGISTERS, plain
from energy_pipeline.reconciliation.ledger import CREDITED
from energy_pipeline.tables import landing
from energy_pipeline.tolerances import tolerances

TWO, FOUR = ("HP", "HC"), ("HPH", "HCH", "HPB", "HCB")
FOUR_WORDS = r"[cm]u ?4|4 ?(postes|plages)"
TWO_WORDS = r"creuses|\bhc\b|hphc|mudt"
CREDIT_WITHOUT_SLOTS = "Facture avoirée en partie, et l'avoir ne dit pas de quels postes."
EARLIER_CREDIT_WITHOUT_SLOTS = (
    "Une facture estimée que celle-ci régularise est avoirée en partie, et l'avoir ne dit pas de quels postes."
)


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
    """Return a row per slot of the bills whose registers can be trusted.

    `standing`: of `standing_bills`. Columns: `bill`, `slot`, `slots` (how many the bill has), `billed_kwh`,
    `credited_kwh` (by partial credits), `before_kwh` (net energy of the estimated bills of the same run before this
    one), `reason` (why a credit of the run leaves the slots unknown, else NULL; `credited_kwh` and `before_kwh` are
    then NULL), `slot_eur` and `slot_price` as billed. A bill is left out when it bills one slot, is cancelled, or when
    some bill of the run up to it says registers that do not make its total.
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
                & ((registers - pl.col("billed_kwh")).abs() <= tolerances("slot")["kwh_per_register"] * pl.col("slots"))
            ).fill_null(False)
        )
        .with_columns(
            pl.col("is_usable").cast(pl.Int8).cum_min().over(run).cast(pl.Boolean),
            pl.col("is_credit_split").cast(pl.Int8).cum_min().over(run).cast(pl.Boolean).alias("is_run_split"),
            *(
                ((net := pl.col(name).fill_null(0) - pl.col(credited)).cum_sum().over(run) - net).alias(
                    f"before_{name}"
                )
                for name, credited in zip(REGISTERS, CREDITED, strict=True)
            ),
        )
        .filter(pl.col("is_usable") & (pl.col("slots") > 1))
        .with_columns(
            reason=pl.when(~pl.col("is_credit_split"))
            .then(pl.lit(CREDIT_WITHOUT_SLOTS))
            .when(~pl.col("is_run_split"))
            .then(pl.lit(EARLIER_CREDIT_WITHOUT_SLOTS))
        )
    )
    told = pl.when(pl.col("reason").is_null())
    named = [
        rows.filter(pl.col("slots") == len(names)).select(
            "bill",
            "slots",
            "reason",
            slot=pl.lit(slot),
            billed_kwh=pl.col(f"consumption_{register}_kwh").fill_null(0.0),
            credited_kwh=told.then(f"credited_consumption_{register}_kwh"),
            before_kwh=told.then(f"before_consumption_{register}_kwh"),
            slot_eur=pl.col(f"energy_{register}_eur").cast(pl.Float64),
            slot_price=pl.col(f"energy_{register}_price").cast(pl.Float64),
        )
        for names in (TWO, FOUR)
        for slot, register in zip(names, landing.REGISTERS, strict=False)
    ]
    return pl.concat(named)
