"""Energy files and producer → consumer details, beside the curves that they should sum up."""

from collections.abc import Mapping
from typing import Any

import polars as pl

from energy_pipeline import french
from energy_pipeline.reconciliation.finding import evidence, facts
from energy_pipeline.tables.columns import SLOTS
from energy_pipeline.tolerances import tolerances

PERIOD = ("operation_id", "period_start")
SHARED = ("self_consumption", "self_produced")
UNITS_TAKEN = {
    1000: "W et kW, kWh et MWh",
    2000: "kWh de la demi-heure et W",
    4000: "kWh du quart d'heure et W",
}
"""Units that people take for one another, by how many times one is the other."""
SAME_FACTOR = 0.01
CONSUMER_SERIES = ("consumption", "self_consumption", "complement")


def latest_file(rows: pl.DataFrame, *keys: str) -> pl.DataFrame:
    """Return the rows of the latest file of each key: greatest `received_at`, ties by file_id."""
    chosen = (
        rows.select(*keys, "received_at", "file_id")
        .sort("received_at", "file_id")
        .unique(keys, keep="last")
        .select(*keys, "file_id")
    )
    return rows.join(chosen, on=[*keys, "file_id"], how="semi", nulls_equal=True)


def slot_energies(energies: pl.DataFrame) -> pl.DataFrame:
    """Return landing.energy restricted to the latest file of each (operation, PRM, series, period), with its role."""
    latest = latest_file(energies, *PERIOD, "period_end", "prm", "series")
    role = pl.when(pl.col("series").is_in(CONSUMER_SERIES)).then(pl.lit("consumer")).otherwise(pl.lit("producer"))
    return latest.with_columns(role=role).sort(*PERIOD, "prm", "series", pl.col("slot").cast(pl.Enum(SLOTS)))


def totals_of_files(slots: pl.DataFrame) -> pl.DataFrame:
    """Return one row per energy file: `energy_kwh`, its slots summed; `rounding_kwh`, what their decimals may hide.

    A file of the whole operation has a NULL PRM.
    """
    rounding = tolerances("energy")["kwh_per_value"]
    return slots.group_by(*PERIOD, "period_end", "prm", "role", "series", maintain_order=True).agg(
        pl.when(pl.col("energy_kwh").null_count() == 0).then(pl.col("energy_kwh").sum()).alias("energy_kwh"),
        ((pl.len() + 1) * rounding).alias("rounding_kwh"),
        pl.col("path").first(),
        pl.col("line").first(),
    )


def with_operation_totals(totals: pl.DataFrame) -> pl.DataFrame:
    """Return the totals with one more row per operation, period and series, whose PRM is NULL; NULL if one is."""
    names = ("recomputed_kwh", "recomputed_margin_kwh", "published_kwh", "published_margin_kwh")
    together = totals.group_by(*PERIOD, "period_end", "role", "series").agg(
        *(pl.when(pl.col(name).null_count() == 0).then(pl.col(name).sum()).alias(name) for name in names),
        pl.col("is_whole").all(),
    )
    rows = together.with_columns(pl.lit(None, dtype=pl.String).alias("prm")).select(totals.columns)
    return pl.concat([totals, rows])


def within(value: pl.Expr, centre: str, below: pl.Expr, above: pl.Expr) -> pl.Expr:
    """Return whether value ∈ [centre − below, centre + above]; False when one is unknown."""
    reference = pl.col(centre)
    return ((value >= reference - below) & (value <= reference + above)).fill_null(False)


def energy_facts(
    files: pl.DataFrame, totals: pl.DataFrame, split_off: pl.DataFrame, paths: Mapping[tuple[Any, ...], str]
) -> pl.DataFrame:
    """Return a fact `published_energy_differs` per (PRM, series, period) whose file differs from the published curve.

    `files`: of `totals_of_files`; `totals`: of `with_operation_totals`; `split_off`: periods whose split differs, in
    which a file that agrees with ours is right and only the curve wrong. A truncated curve lies below the energy: the
    tolerance is one-sided and grows with the steps that are not zero. Of who joined or left within the period, the
    energy may be that of the whole period: nothing tells, unless it is shared.
    """
    keys = [*PERIOD, "period_end", "prm", "role", "series"]
    joined = files.join(totals, on=keys, nulls_equal=True).join(
        split_off.with_columns(split_off=True), on=list(PERIOD), how="left"
    )
    energy, rounding = pl.col("energy_kwh"), pl.col("rounding_kwh")
    agrees = within(energy, "published_kwh", rounding, rounding + pl.col("published_margin_kwh"))
    beyond_stay = ~pl.col("is_whole") & ~pl.col("series").is_in(SHARED) & (energy > pl.col("published_kwh"))
    ours = pl.col("recomputed_margin_kwh") + rounding
    agrees_with_ours = within(energy, "recomputed_kwh", ours, ours) & pl.col("split_off").fill_null(False)
    wrong = joined.filter(
        pl.col("published_kwh").is_not_null() & energy.is_not_null() & ~agrees & ~agrees_with_ours & ~beyond_stay
    ).sort(*PERIOD, "prm", "series")
    return facts([_energy_fact(row, paths) for row in wrong.iter_rows(named=True)])


def _energy_fact(row: dict[str, Any], paths: Mapping[tuple[Any, ...], str]) -> dict[str, object]:
    curve = paths.get((row["operation_id"], row["prm"], row["series"], row["period_start"]))
    who = f"le PRM {row['prm']}" if row["prm"] else "l'opération"
    return {
        "check_name": "published_energy_differs",
        "month": row["period_end"].replace(day=1),
        "operation_id": row["operation_id"],
        "prm": row["prm"],
        "role": row["role"] if row["prm"] else None,
        "period_start": row["period_start"],
        "period_end": row["period_end"],
        "expected": row["published_kwh"],
        "observed": row["energy_kwh"],
        "unit": "kWh",
        "evidence": evidence(
            {"file": row["path"], "line": row["line"], "value": row["energy_kwh"]},
            {"file": curve, "value": round(row["published_kwh"], 2)},
        ),
        "message": (
            f"Pour {who}, {french.short_period(row['period_start'], row['period_end'])}, le fichier d'énergie donne "
            f"{french.kwh(row['energy_kwh'])} ({french.SERIES[row['series']]}) et la courbe publiée "
            f"{french.kwh(row['published_kwh'])}.{_unit_taken(row['energy_kwh'], row['published_kwh'])}"
        ),
        "discriminator": row["series"],
    }


def _unit_taken(energy: float, of_curve: float) -> str:
    """Return what is told of two energies of which one is as many times the other as a unit is of another."""
    small, large = sorted((abs(energy), abs(of_curve)))
    for factor, units in UNITS_TAKEN.items():
        if small and abs(large / small / factor - 1) < SAME_FACTOR:
            said = f"L'un vaut {french.number(factor)} fois l'autre"
            return f" {said} : sans doute une unité prise pour une autre ({units})."
    return ""


def exchange_facts(
    published: pl.DataFrame, computed: pl.DataFrame, totals: pl.DataFrame, operation_periods: pl.DataFrame,
    split_off: pl.DataFrame,
) -> pl.DataFrame:  # fmt: skip
    """Return a fact `published_exchange_differs` per producer and period whose detail differs from ours.

    `published`: landing.exchange; `computed`: computed.exchange; `totals`: of `reduce_curves`. Periods whose split
    itself differs (`split_off`), or in which an input was estimated, are left out.
    """
    period = operation_periods.select(*PERIOD, "period_end", "month", "key_type_used")
    file = latest_file(published, *PERIOD, "period_end", "producer_prm").join(period, on=[*PERIOD, "period_end"])
    comparable = totals.filter(pl.col("recomputed_kwh").is_not_null())
    producer = comparable.filter(pl.col("series") == "self_produced").select(
        *PERIOD, pl.col("prm").alias("producer_prm")
    )
    consumer = comparable.filter(pl.col("series") == "self_consumption").select(
        *PERIOD, pl.col("prm").alias("consumer_prm"), "recomputed_margin_kwh"
    )
    known = producer.join(file.select(*PERIOD, "producer_prm").unique(), on=[*PERIOD, "producer_prm"], how="semi")
    keys = [*PERIOD, "producer_prm", "consumer_prm"]
    both = (
        file.select(*keys, "path", "line", pl.col("energy_kwh").alias("published"))
        .join(computed.select(*keys, pl.col("energy_kwh").alias("ours")), on=keys, how="full", coalesce=True)
        .join(known, on=[*PERIOD, "producer_prm"])
        .join(consumer, on=[*PERIOD, "consumer_prm"], how="left")
        .join(split_off, on=list(PERIOD), how="anti")
        .join(period, on=list(PERIOD))
        .with_columns(pl.col("ours").fill_null(0.0))
    )
    # What truncation may move in all that a consumer receives bounds what it may move in a part of it.
    allowed = pl.col("recomputed_margin_kwh").fill_null(0.0) + tolerances("energy")["kwh_per_value"]
    gap = pl.col("published").fill_null(0.0) - pl.col("ours")
    wrong = both.with_columns(gap.alias("gap")).filter(gap.abs() > allowed).sort(*keys)
    groups = wrong.group_by(*PERIOD, "producer_prm", maintain_order=True)
    return facts([_exchange_fact(group) for _, group in groups])


def _exchange_fact(group: pl.DataFrame) -> dict[str, object]:
    worst = group.sort(pl.col("gap").abs(), descending=True).row(0, named=True)
    path = group["path"].drop_nulls().first()
    others = f" ({group.height} lignes diffèrent)" if group.height > 1 else ""
    said = "ne donne rien" if worst["published"] is None else f"donne {french.kwh(worst['published'])}"
    return {
        "check_name": "published_exchange_differs",
        "month": worst["month"],
        "operation_id": worst["operation_id"],
        "prm": worst["producer_prm"],
        "role": "producer",
        "period_start": worst["period_start"],
        "period_end": worst["period_end"],
        "expected": worst["ours"],
        "observed": worst["published"] or 0.0,
        "unit": "kWh",
        "evidence": evidence(
            *(
                {
                    "file": row["path"] or path,
                    "line": row["line"],
                    "prm": row["consumer_prm"],
                    "value": row["published"],
                    "expected_kwh": round(row["ours"], 2),
                }
                for row in group.iter_rows(named=True)
            )
        ),
        "message": (
            f"Détail du producteur {worst['producer_prm']} "
            f"{french.short_period(worst['period_start'], worst['period_end'])} : pour le consommateur "
            f"{worst['consumer_prm']}, Enedis {said}, le recalcul {french.kwh(worst['ours'])}{others}."
        ),
    }
