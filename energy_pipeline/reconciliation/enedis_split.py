"""`published_split_differs`: Enedis shared the production otherwise than Annexe 7 and the keys say."""

from collections.abc import Mapping
from typing import Any

import polars as pl

from energy_pipeline import french
from energy_pipeline.reconciliation import explanation
from energy_pipeline.reconciliation.energies import SHARED
from energy_pipeline.reconciliation.finding import evidence, facts
from energy_pipeline.reconciliation.prices import lookup
from energy_pipeline.tables.reductions import COMPARED_SPLIT
from energy_pipeline.tables.schemas import polars_schema

PERIOD = ("operation_id", "period_start")
KEYS = {
    "static": "clés statiques",
    "default": "clés par défaut",
    "dynamic": "clés dynamiques",
    "full_dynamic": "clés dynamiques par producteur",
    "mixed": "clés dynamiques, et par défaut à certains points",
}


def split_by_energies(energies: pl.DataFrame, totals: pl.DataFrame) -> pl.DataFrame:
    """Return computed.compared_split from energy files, for the participants whose split is published in no curve.

    `energies`: of `energies.totals_of_files`; `totals`: of `reduce_curves`.
    """
    participant = [*PERIOD, "prm", "role"]
    parts = totals.filter(~pl.col("series").is_in(["consumption", "production"]))
    in_a_curve = parts.filter(pl.col("published_kwh").is_not_null())
    known = parts.filter(pl.col("recomputed_kwh").is_not_null()).join(in_a_curve, on=participant, how="anti")
    joined = known.join(energies, on=[*participant, "series", "period_end"], how="left")
    is_shared = pl.col("series").is_in(SHARED)
    gap = pl.col("recomputed_kwh") - pl.col("energy_kwh")
    return (
        joined.group_by(participant)
        .agg(
            (gap.abs() > pl.col("recomputed_margin_kwh") + pl.col("rounding_kwh")).any().alias("differs"),
            pl.coalesce(gap.filter(is_shared).last(), -gap.filter(~is_shared).last()).alias("gap"),
            pl.col("recomputed_kwh").filter(is_shared).last(),
        )
        .drop_nulls("gap")
        .with_columns(published_kwh=pl.col("recomputed_kwh") - pl.col("gap"), first_step=pl.lit(None))
        .select(pl.col(name).cast(type_) for name, type_ in polars_schema(COMPARED_SPLIT).items())
        .sort(*PERIOD, "prm", "role")
    )


def differing_periods(split: pl.DataFrame) -> pl.DataFrame:
    """Return (operation_id, period_start) of the periods in which some participant differs."""
    return split.filter("differs").select(PERIOD).unique()


def split_facts(
    split: pl.DataFrame,
    operation_periods: pl.DataFrame,
    explanations: pl.DataFrame,
    stretches: pl.DataFrame,
    paths: Mapping[tuple[Any, ...], str],
) -> pl.DataFrame:
    """Return at most one fact per operation and period.

    `split`: computed.compared_split; `explanations`: marts.split_explanation; `stretches`: of `prices.timeline`;
    `paths`: of `files.paths_of_curves`. The amount is the sum over the consumers that differ of (ours − published
    self-consumption) × (avoided − local price), prices being those of the period in the mean; NULL when one of them is
    missing.
    """
    wrong = split.filter("differs").join(
        operation_periods.select(*PERIOD, "period_end", "month", "key_type_used"), on=PERIOD
    )
    if wrong.is_empty():
        return facts([])
    priced = _priced(wrong, stretches).sort(*PERIOD, "role", "prm")
    together = split.group_by(PERIOD).agg(
        pl.col("recomputed_kwh", "published_kwh").filter(pl.col("role") == "consumer").sum(),
        (pl.col("role") == "consumer").sum().alias("consumers"),
    )
    rows = []
    for key, group in priced.group_by(PERIOD, maintain_order=True):
        whole = together.row(by_predicate=(pl.col("operation_id") == key[0]) & (pl.col("period_start") == key[1]),
                             named=True)  # fmt: skip
        tested = explanations.filter(pl.col("operation_id") == key[0], pl.col("period_start") == key[1])
        rows.append(_fact(group, whole, tested, paths))
    return facts(rows)


def _priced(wrong: pl.DataFrame, stretches: pl.DataFrame) -> pl.DataFrame:
    days = wrong.select(
        *PERIOD, "prm", "role", pl.date_ranges("period_start", "period_end").alias("day")
    ).explode("day")  # fmt: skip
    days = lookup(lookup(days, stretches, "avoided_price"), stretches, "local_price")
    worth = pl.col("avoided_price") - pl.col("local_price")
    mean = days.group_by(*PERIOD, "prm", "role").agg(
        pl.when(worth.null_count() == 0).then(worth.mean()).alias("eur_per_kwh")
    )
    gap = pl.col("recomputed_kwh") - pl.col("published_kwh")
    amount = pl.when(pl.col("role") == "consumer").then(gap * pl.col("eur_per_kwh"))
    return wrong.join(mean, on=[*PERIOD, "prm", "role"], how="left").with_columns(amount.alias("amount_eur"))


def _fact(
    group: pl.DataFrame, whole: dict[str, Any], tested: pl.DataFrame, paths: Mapping[tuple[Any, ...], str]
) -> dict[str, object]:
    first = group.row(0, named=True)
    consumers = group.filter(pl.col("role") == "consumer")
    amounts = consumers["amount_eur"]
    amount = float(amounts.sum()) if len(amounts) and amounts.null_count() == 0 else None
    proofs = [
        {
            "file": _path(row, paths),
            "prm": row["prm"],
            "role": row["role"],
            "expected_kwh": round(row["recomputed_kwh"], 2),
            "published_kwh": round(row["published_kwh"], 2),
            "amount_eur": None if row["amount_eur"] is None else round(row["amount_eur"], 2),
            "first_step": row["first_step"],
        }
        for row in group.iter_rows(named=True)
    ]
    return {
        "check_name": "published_split_differs",
        "month": first["month"],
        "operation_id": first["operation_id"],
        "period_start": first["period_start"],
        "period_end": first["period_end"],
        "expected": whole["recomputed_kwh"],
        "observed": whole["published_kwh"],
        "unit": "kWh",
        "amount_eur": amount,
        "evidence": evidence(*proofs, *explanation.proofs(tested)),
        "message": _message(group, consumers, whole["consumers"], amount) + explanation.sentence(tested),
    }


def _path(row: dict[str, Any], paths: Mapping[tuple[Any, ...], str]) -> str | None:
    series = ("self_consumption", "complement") if row["role"] == "consumer" else ("self_produced", "surplus")
    keys = [(row["operation_id"], row["prm"], name, row["period_start"]) for name in series]
    return next((paths[key] for key in keys if key in paths), None)


def _message(group: pl.DataFrame, consumers: pl.DataFrame, total: int, amount: float | None) -> str:
    first = group.row(0, named=True)
    about = consumers if consumers.height else group
    gap = pl.col("published_kwh") - pl.col("recomputed_kwh")
    worst = about.with_columns(gap.alias("gap")).sort(pl.col("gap").abs(), descending=True).row(0, named=True)
    who = (
        f"pour {consumers.height} consommateur{'s' if consumers.height > 1 else ''} sur {total}"
        if consumers.height
        else "pour les producteurs seulement"
    )
    keys = KEYS.get(first["key_type_used"], "clés retenues")
    what = "autoconsommation" if worst["role"] == "consumer" else "part autoproduite"
    gain = "en trop" if worst["gap"] > 0 else "en moins"
    lost = ""
    if amount is not None:
        lost = f" {'Économie perdue' if amount >= 0 else 'Économie en trop'} : {french.euros(abs(amount))} HT."
    return (
        f"La répartition publiée par Enedis {french.short_period(first['period_start'], first['period_end'])} "
        f"s'écarte du recalcul de l'Annexe 7 ({keys}) {who}. Plus grand écart : PRM {worst['prm']}, {what} publiée de "
        f"{french.kwh(worst['published_kwh'])} pour {french.kwh(worst['recomputed_kwh'])} recalculés "
        f"({french.kwh(abs(worst['gap']))} {gain}).{lost}"
    )
