"""What the network tariff of a bill should be: its fixed part, and the bounds of its variable part."""

from collections.abc import Iterable

import polars as pl

from energy_pipeline.bill_checks.options import ACC, SLOTS
from energy_pipeline.tariffs import rates_over

DAYS, LEAP_DAYS, MONTHS = "days / 365", "days / 366", "months / 12"
METHODS = {
    DAYS: "jours / 365",
    LEAP_DAYS: "jours / 366",
    MONTHS: "douzièmes",
}
"""How a supplier divides a yearly amount."""
WHOLE = 0.5
"""kWh below which two sums of registers are the same."""


def _components(option: str) -> tuple[tuple[str, str, bool], ...]:
    """Return (rate, variant, is per kVA) of the fixed part of an option."""
    segment = option[:2]
    management = f"{segment}_ACC" if option.endswith("_ACC") else segment
    power = option if segment == "C5" else f"{option}/HPH"
    return (
        ("turpe_management", management, False),
        ("turpe_metering", segment, False),
        ("turpe_power", power, True),
    )


_FIXED = pl.DataFrame(
    [(option, *part) for option in (*SLOTS, *ACC.values()) for part in _components(option)],
    schema=["option", "rate", "variant", "is_per_kva"],
    orient="row",
)


def with_acc(bills: pl.DataFrame) -> pl.DataFrame:
    """Return a row per bill (`row`, `options`, `is_participant`) and option, those of self-consumption among them."""
    plain = bills.explode("options").rename({"options": "option"})
    shared = plain.filter(pl.col("is_participant") & pl.col("option").is_in(list(ACC)))
    return pl.concat([plain, shared.with_columns(pl.col("option").replace(ACC))])


def fixed_parts(bills: pl.DataFrame) -> pl.DataFrame:
    """Return what the fixed part may be: a row per `row`, `option` and `convention` (of METHODS), `expected` (EUR).

    `bills`: `row`, `options` (list), `is_participant`, `start`, `end` (of the fixed part), `kva`. `expected` is NULL
    where a table is missing, and `missing` says which (French); `legal_reference`, `is_doubtful`. For C4 the power is
    taken as the same in the four slots: the export shows one only.
    """
    asked = with_acc(bills).join(_FIXED, on="option")
    parts = rates_over(asked).with_columns(
        yearly=pl.col("value") * pl.when("is_per_kva").then("kva").otherwise(1.0),
        months=_months(pl.col("segment_start"), pl.col("segment_end")),
    )
    summed = (
        parts.group_by("row", "option", maintain_order=True)
        .agg(
            (pl.col("yearly") * pl.col("days") / 365).sum().alias(DAYS),
            (pl.col("yearly") * pl.col("days") / 366).sum().alias(LEAP_DAYS),
            (pl.col("yearly") * pl.col("months") / 12).sum().alias(MONTHS),
            pl.col("months").null_count().alias("uneven"),
            (pl.col("start").dt.is_leap_year() | pl.col("end").dt.is_leap_year()).first().alias("is_leap"),
            *_proof(),
        )
        .with_columns(
            pl.when("is_leap").then(LEAP_DAYS).alias(LEAP_DAYS),
            pl.when(pl.col("uneven") == 0).then(MONTHS).alias(MONTHS),
        )
    )
    long = summed.unpivot(
        list(METHODS), index=["row", "option", "missing", "legal_reference", "is_doubtful"],
        variable_name="convention", value_name="expected",
    )  # fmt: skip
    usable = long.filter(pl.col("expected").is_not_null())
    return usable.with_columns(pl.when(pl.col("missing").is_null()).then("expected").alias("expected"))


def _months(start: pl.Expr, end: pl.Expr) -> pl.Expr:
    """Return the number of whole months of a segment, NULL when it is not made of whole months."""
    is_whole = (start.dt.day() == 1) & (end.dt.offset_by("1d").dt.day() == 1)
    after = end.dt.offset_by("1d")
    count = (after.dt.year() - start.dt.year()) * 12 + (
        after.dt.month().cast(pl.Int32) - start.dt.month().cast(pl.Int32)
    )
    return pl.when(is_whole).then(count)


def _proof() -> Iterable[pl.Expr]:
    first = pl.col("value").is_null()
    return (
        pl.when(first.any())
        .then(
            pl.format(
                "Barème manquant : TURPE {} au {}.",
                pl.col("variant").filter(first).first(),
                pl.col("segment_start").filter(first).first().dt.strftime("%d/%m/%Y"),
            )
        )
        .alias("missing"),
        pl.col("legal_reference").drop_nulls().unique(maintain_order=True).str.join(" ; ").alias("legal_reference"),
        (pl.col("confidence") == "doubtful").any().alias("is_doubtful"),
    )


def variable_parts(bills: pl.DataFrame, straddle_share: float) -> pl.DataFrame:
    """Return the bounds of the variable part: a row per `row`, `option` and `base`, `low`, `high` and `slack` (EUR).

    `bills`: `row`, `options`, `is_participant`, `start`, `end` (of the consumption), and the energies (kWh): `total`,
    `hp`, `hc`, `hpb`, `hcb` as billed, `shared` (self-consumed beside, participants only, else NULL). A register counts
    at the coefficient of its slot; when its slot is not known, between the lowest and the highest that it may be.
    `base` is `billed`, or `physical` (what is billed and what is self-consumed). `slack` is what another share of the
    kWh between the two sides of a change of rate could make: `straddle_share` of them. `missing` as in `fixed_parts`.
    """
    options = with_acc(bills)
    energies = pl.concat(_energies(options), how="diagonal").filter(pl.col("kwh").abs() > 0)
    asked = energies.with_columns(rate=pl.lit("turpe_energy"))
    slots = ["row", "option", "part", "variant"]
    by_slot = rates_over(asked).group_by(*slots, maintain_order=True).agg(
        pl.col("kwh").first(),
        (pl.col("value") * pl.col("share")).sum().alias("mean"),
        (pl.col("value").max() - pl.col("value").min()).alias("spread"),
        *_proof(),
    )  # fmt: skip
    by_part = by_slot.group_by("row", "option", "part", maintain_order=True).agg(
        (pl.col("kwh") * pl.col("mean")).min().alias("low"),
        (pl.col("kwh") * pl.col("mean")).max().alias("high"),
        (pl.col("kwh") * pl.col("spread")).max().alias("slack"),
        *_kept_proof(),
    )
    bases = []
    for base, parts in (("billed", pl.col("part") != "shared"), ("physical", pl.lit(True))):
        summed = by_part.filter(parts).group_by("row", "option", maintain_order=True).agg(
            pl.col("low", "high").sum(), pl.col("slack").sum() * straddle_share, *_kept_proof()
        )  # fmt: skip
        bases.append(summed.with_columns(base=pl.lit(base)))
    found = pl.concat(bases)
    has_self = bills.select("row", has_self=pl.col("shared").is_not_null())
    found = found.join(has_self, on="row").filter((pl.col("base") == "billed") | pl.col("has_self")).drop("has_self")
    known = pl.col("missing").is_null()
    return found.with_columns(pl.when(known).then(name).alias(name) for name in ("low", "high", "slack"))


def _kept_proof() -> Iterable[pl.Expr]:
    return (
        pl.col("missing").drop_nulls().first(),
        pl.col("legal_reference").unique(maintain_order=True).str.join(" ; "),
        pl.col("is_doubtful").any(),
    )


def _energies(options: pl.DataFrame) -> list[pl.DataFrame]:
    """Return (row, option, start, end, part, variant, kwh): each register with every slot that it may be."""
    two = pl.col("hp").fill_null(0) + pl.col("hc").fill_null(0)
    four = two + pl.col("hpb").fill_null(0) + pl.col("hcb").fill_null(0)
    rest = pl.col("total") - four
    is_split = four.abs() > 0
    has_summer = pl.col("hpb").is_not_null() | pl.col("hcb").is_not_null()
    are_all = is_split & (rest.abs() <= WHOLE + 0.001 * pl.col("total").abs())
    # Registers that make the whole without the summer ones are those of the year: their season is not known.
    yearly = are_all & ~has_summer
    named = is_split & ~yearly
    double = pl.col("option") == "C5/MUDT"
    single = pl.col("option").replace_strict({name: len(slots) == 1 for name, slots in SLOTS.items()}, default=False)
    seasons = ~double & ~single
    cases: list[tuple[pl.Expr, str, pl.Expr, tuple[str, ...]]] = [
        (single, "total", pl.col("total"), ("BASE",)),
        (double & are_all, "hp", pl.col("hp"), ("HP",)),
        (double & are_all, "hc", pl.col("hc"), ("HC",)),
        (double & ~are_all, "total", pl.col("total"), ("HP", "HC")),
        (seasons & ~is_split, "total", pl.col("total"), ("HPH", "HCH", "HPB", "HCB")),
        (seasons & yearly, "hp", pl.col("hp"), ("HPH", "HPB")),
        (seasons & yearly, "hc", pl.col("hc"), ("HCH", "HCB")),
        (seasons & named, "hp", pl.col("hp"), ("HPH",)),
        (seasons & named, "hc", pl.col("hc"), ("HCH",)),
        (seasons & named, "hpb", pl.col("hpb"), ("HPB",)),
        (seasons & named, "hcb", pl.col("hcb"), ("HCB",)),
        (seasons & named & ~are_all, "rest", rest, ("HPB", "HCB")),
        (single, "shared", pl.col("shared"), ("BASE",)),
        (double, "shared", pl.col("shared"), ("HP", "HC")),
        (seasons, "shared", pl.col("shared"), ("HPH", "HCH", "HPB", "HCB")),
    ]
    is_acc = pl.col("option").str.ends_with("_ACC")
    made = []
    for when, part, kwh, slots in cases:
        side = "/self/" if part == "shared" else "/complement/"
        made += [
            options.filter(when).select(
                "row", "option", "start", "end", part=pl.lit(part), kwh=kwh,
                variant=pl.col("option") + pl.when(is_acc).then(pl.lit(side)).otherwise(pl.lit("/")) + pl.lit(slot),
            )
            for slot in slots
        ]  # fmt: skip
    return made
