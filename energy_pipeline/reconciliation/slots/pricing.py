"""What a kWh of each slot costs: by the bill itself, else by prices.csv; one source for all the slots of a bill."""

import polars as pl

from energy_pipeline.reconciliation.prices import ALL, lookup
from energy_pipeline.tables.bill_marts import PRICE_SOURCES
from energy_pipeline.tolerances import tolerances

CENT = 0.01


def with_prices(rows: pl.DataFrame, stretches: pl.DataFrame) -> pl.DataFrame:
    """Return `rows` with `price`, `price_source` and `amount_eur` (difference × price) where `is_split_wrong`.

    `rows`: one per bill and slot, with `billed_kwh`, `slot_eur` and `slot_price` (of `billed_slots`) and the bill's
    `energy_eur`; `stretches`: of `prices.timeline`. The first source that prices every slot of the bill that differs:

    - `billed_price`: its unit prices, unless its own amounts contradict them (a price may be written per MWh);
    - `billed_amount`: its amount of each slot, over the kWh of the slot;
    - `avoided_price`: the slot's own avoided price of prices.csv, mean over the bill's days.

    Where none does, all three are NULL.
    """
    asked = rows.join(_avoided(rows, stretches), on=["bill", "slot"], how="left", maintain_order="left")
    kwh, unit_price = pl.col("billed_kwh"), pl.col("slot_price")
    candidates = {
        "billed_price": pl.when(_is_confirmed().over("bill")).then(unit_price),
        "billed_amount": pl.when(kwh > 0).then(pl.col("slot_eur") / kwh),
        "avoided_price": pl.col("avoided_price"),
    }
    asked = asked.with_columns(pl.when("is_split_wrong").then(price).alias(name) for name, price in candidates.items())
    differs = pl.col("difference_kwh") != 0
    source = pl.coalesce(
        pl.when((pl.col(name).is_not_null() | ~differs).all().over("bill")).then(pl.lit(name)) for name in PRICE_SOURCES
    )
    asked = asked.with_columns(price_source=pl.when("is_split_wrong").then(source)).with_columns(
        price=pl.coalesce(pl.when(pl.col("price_source") == name).then(name) for name in PRICE_SOURCES)
    )
    amount = pl.when(differs).then(pl.col("difference_kwh") * pl.col("price")).otherwise(0.0)
    return asked.with_columns(amount_eur=pl.when(pl.col("price_source").is_not_null()).then(amount)).drop(PRICE_SOURCES)


def _is_confirmed() -> pl.Expr:
    """Return whether the unit prices of a bill make what it bills: of each slot, else of all; True if it says neither.

    The kWh printed are rounded.
    """
    made = pl.col("slot_price") * pl.col("billed_kwh")
    allowed = pl.col("slot_price") * tolerances("slot")["kwh_per_register"] + CENT
    of_slots = ((made - pl.col("slot_eur")).abs() <= allowed).all()
    of_bill = (made.sum() - pl.col("energy_eur").first()).abs() <= allowed.sum()
    is_by_slot = (pl.col("slot_eur").is_not_null() | (pl.col("billed_kwh") == 0)).all()
    return pl.when(is_by_slot).then(of_slots).otherwise(of_bill.fill_null(True))


def _avoided(rows: pl.DataFrame, stretches: pl.DataFrame) -> pl.DataFrame:
    """Return (bill, slot, avoided_price): of prices.csv, mean over the bill's days; NULL if a day has none."""
    days = rows.filter("is_split_wrong").select(
        "bill", "operation_id", "prm", "slot", pl.date_ranges("consumption_start", "consumption_end").alias("day")
    ).explode("day")  # fmt: skip
    # A price that is the same in all slots says nothing of what a kWh in the wrong slot costs.
    asked = lookup(days, stretches.filter(pl.col("slot") != ALL), "avoided_price")
    price = pl.col("avoided_price")
    return asked.group_by("bill", "slot").agg(pl.when(price.null_count() == 0).then(price.mean()))
