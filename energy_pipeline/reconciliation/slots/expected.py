"""What each slot of a bill should be: as Enedis published it, else by the off-peak hours, over the bill's own days."""

import polars as pl

from energy_pipeline.metering.slots import WINTER

EXPECTED_SCHEMA = {
    "bill": pl.UInt32(),
    "slot": pl.String(),
    "slot_source": pl.String(),
    "consumption_kwh": pl.Float64(),
    "self_consumption_kwh": pl.Float64(),
    "run_kwh": pl.Float64(),
    "straddling_kwh": pl.Float64(),
}
"""`run_kwh`: the complement from the last actual reading to the end of the bill; the rest is of the bill's own days."""


def expected_slots(
    bills: pl.DataFrame, known: pl.DataFrame, slot_daily: pl.DataFrame, energies: pl.DataFrame
) -> pl.DataFrame:
    """Return EXPECTED_SCHEMA: the slots of the bills of which something tells the complement, one source per bill.

    `bills`: of `bills.reconcile`, with `slots` (2 or 4); `known`: of `bills.known_days`; `slot_daily`:
    computed.consumer_slot_day; `energies`: of `energies.slot_energies`. What Enedis published of exactly the bill's
    period comes first, if it makes the complement that the bill is judged by: it is what the supplier was told. A slot
    in which nothing was expected has no row.
    """
    published = _published(bills, energies)
    split = _split(bills.join(published, on="bill", how="anti"), known, slot_daily)
    return pl.concat([frame.select(pl.col(name).cast(type_) for name, type_ in EXPECTED_SCHEMA.items())
                      for frame in (published, split)])  # fmt: skip


def _published(bills: pl.DataFrame, energies: pl.DataFrame) -> pl.DataFrame:
    spans = bills.filter(pl.col("run_start") == pl.col("consumption_start")).select(
        "bill", "slots", "operation_id", "prm", "expected_kwh", "tolerance_kwh",
        period_start="consumption_start", period_end="consumption_end",
    )  # fmt: skip
    rows = spans.join(energies.filter(pl.col("slot") != "BASE").select(
        "operation_id", "prm", "period_start", "period_end", "series", "slot", "energy_kwh"),
        on=["operation_id", "prm", "period_start", "period_end"],
    )  # fmt: skip
    of_bill = rows.with_columns(slot=pl.when(pl.col("slots") == 2).then(pl.col("slot").str.head(2)).otherwise("slot"))
    told = (
        of_bill.filter(pl.col("slot").str.len_chars() == pl.when(pl.col("slots") == 2).then(2).otherwise(3))
        .group_by("bill", "slot", "expected_kwh", "tolerance_kwh")
        .agg(_total(name).alias(f"{name}_kwh") for name in ("consumption", "self_consumption", "complement"))
        .with_columns(
            run_kwh=pl.coalesce("complement_kwh", pl.col("consumption_kwh") - pl.col("self_consumption_kwh")),
            self_consumption_kwh=pl.coalesce(
                "self_consumption_kwh", pl.col("consumption_kwh") - pl.col("complement_kwh")
            ),
            slot_source=pl.lit("published"),
            straddling_kwh=pl.lit(0.0),
        )
    )
    is_whole = (pl.col("run_kwh").sum() - pl.col("expected_kwh")).abs() <= pl.col("tolerance_kwh")
    return told.filter((is_whole & (pl.col("run_kwh").null_count() == 0)).over("bill"))


def _total(series: str) -> pl.Expr:
    """Return the published energy of a series in a slot; NULL where a value of it is missing."""
    values = pl.col("energy_kwh").filter(pl.col("series") == series)
    return pl.when((values.len() > 0) & (values.null_count() == 0)).then(values.sum())


def _split(bills: pl.DataFrame, known: pl.DataFrame, slot_daily: pl.DataFrame) -> pl.DataFrame:
    spans = bills.select("bill", "slots", "prm", "is_published", "run_start", "consumption_start", "consumption_end")
    founded = known.select("operation_id", "prm", "day", is_founded=pl.col("complement_kwh").is_not_null())
    ours = [pl.when("is_founded").then(name) for name in ("self_consumption_kwh", "complement_kwh")]
    published = "published_complement_kwh"
    season = pl.when(pl.col("day").dt.month().is_in(WINTER)).then(pl.lit("H")).otherwise(pl.lit("B"))
    name = pl.when("is_off_peak").then(pl.lit("HC")).otherwise(pl.lit("HP"))
    days = (
        spans.join(slot_daily, on="prm")
        .filter(pl.col("day").is_between("run_start", "consumption_end"))
        .join(founded, on=["operation_id", "prm", "day"])
        .with_columns(
            shared=pl.when("is_published")
            .then(pl.coalesce("published_self_consumption_kwh", pl.col("consumption_kwh") - pl.col(published)))
            .otherwise(ours[0]),
            complement=pl.when("is_published").then(published).otherwise(ours[1]),
            slot=pl.when(pl.col("slots") == 4).then(pl.concat_str(name, season)).otherwise(name),
            is_own=pl.col("day") >= pl.col("consumption_start"),
        )
    )
    length = (pl.col("consumption_end") - pl.col("run_start")).dt.total_days() + 1
    is_complete = (pl.col("complement").null_count() == 0) & (pl.col("day").n_unique() == length.first())
    return (
        days.filter(is_complete.over("bill"))
        .with_columns(
            slot_source=pl.when((pl.col("slot_source") == "inferred").any().over("bill"))
            .then(pl.lit("inferred"))
            .otherwise(pl.lit("declared"))
        )
        .group_by("bill", "slot", "slot_source")
        .agg(
            pl.col("consumption_kwh").filter("is_own").sum(),
            self_consumption_kwh=pl.col("shared").filter("is_own").sum(),
            run_kwh=pl.col("complement").sum(),
            straddling_kwh=pl.col("straddling_kwh").sum(),
        )
    )
