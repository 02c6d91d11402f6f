"""`synthesis_differs`: figures of Enedis's monthly workbook that its own curves or energy files contradict."""

from functools import partial
from typing import Any

import polars as pl

from energy_pipeline import french
from energy_pipeline.reconciliation.energies import PERIOD, latest_file, within
from energy_pipeline.reconciliation.finding import evidence, facts
from energy_pipeline.tolerances import tolerances

GROUP = (*PERIOD, "period_end", "level", "prm", "indicator")
RATES = {
    "self_consumption_rate": (("self_consumption", "production"),),
    "self_production_rate": (("self_consumption", "consumption"),),
    # The convention names the coverage without defining it (§11.6.1.3): either definition in use is right.
    "coverage_rate": (("production", "consumption"), ("self_consumption", "consumption")),
}


def synthesis_facts(
    cells: pl.DataFrame, slots: pl.DataFrame, files: pl.DataFrame, totals: pl.DataFrame, split_off: pl.DataFrame
) -> pl.DataFrame:
    """Return a fact per cell that differs.

    `cells`: landing.synthesis; `slots`, `files`: of `slot_energies`, `totals_of_files`; `totals`: of
    `with_operation_totals`; `split_off`: periods whose split differs, in which a figure that agrees with ours is right.
    The reference is the published curve, else the energy file, else ours. The slots of a figure are first judged by
    their sum; where it is right, each against the energy file.
    """
    latest = latest_file(cells, *PERIOD, "period_end").filter(pl.col("value").is_not_null())
    off = split_off.with_columns(split_off=True)
    rated = pl.col("indicator").is_in(list(RATES))
    energies = latest.filter(~rated).join(off, on=list(PERIOD), how="left")
    wrong = _wrong_energies(energies.with_columns(_energy_series()), slots, files, totals)
    rates = latest.filter(rated).join(off, on=list(PERIOD), how="left")
    wrong_rates = _wrong_rates(rates, totals)
    return facts([_fact(row) for row in [*wrong.iter_rows(named=True), *wrong_rates]])


def _energy_series() -> pl.Expr:
    return pl.col("indicator").str.strip_suffix("_kwh").alias("series")


def _precision(name: str) -> pl.Expr:
    """Return the unit of the last decimal written, between 0.01 and 1 kWh: a workbook may show whole kWh."""
    value = pl.col(name)
    return (
        pl.when((value - value.round(0)).abs() < 1e-9)
        .then(1.0)
        .when((value - value.round(1)).abs() < 1e-9)
        .then(0.1)
        .otherwise(0.01)
    )


def _wrong_energies(
    cells: pl.DataFrame, slots: pl.DataFrame, files: pl.DataFrame, totals: pl.DataFrame
) -> pl.DataFrame:
    keys = [*PERIOD, "period_end", "prm", "series"]
    cells = cells.with_columns(_precision("value").alias("precision"))
    groups = cells.group_by(*GROUP, "series", "split_off").agg(
        pl.col("value").sum().alias("shown"), pl.col("precision").sum().alias("rounding"), pl.len().alias("cells")
    )
    totals_of_files = files.select(*keys, "energy_kwh", "rounding_kwh")
    judged = (
        groups.join(totals.drop("role"), on=keys, how="left", nulls_equal=True)
        .join(totals_of_files, on=keys, how="left", nulls_equal=True)
    )  # fmt: skip
    shown, rounding = pl.col("shown"), pl.col("rounding")
    by_curve = within(shown, "published_kwh", rounding, rounding + pl.col("published_margin_kwh"))
    by_file = within(shown, "energy_kwh", rounding + pl.col("rounding_kwh"), rounding + pl.col("rounding_kwh"))
    ours = rounding + pl.col("recomputed_margin_kwh")
    by_ours = within(shown, "recomputed_kwh", ours, ours)
    has_curve, has_file = pl.col("published_kwh").is_not_null(), pl.col("energy_kwh").is_not_null()
    known = has_curve | has_file | pl.col("recomputed_kwh").is_not_null()
    agrees = pl.when(has_curve).then(by_curve).when(has_file).then(by_file).otherwise(by_ours)
    excused = pl.col("split_off").fill_null(False) & (by_ours | by_file)
    file_is_right = ~has_curve | within(
        pl.col("energy_kwh"), "published_kwh", pl.col("rounding_kwh"),
        pl.col("rounding_kwh") + pl.col("published_margin_kwh"),
    )  # fmt: skip
    judged = judged.filter(known).with_columns(
        (~agrees & ~excused).alias("sum_off"),
        (has_file & file_is_right).alias("file_is_right"),
        pl.coalesce("published_kwh", "energy_kwh", "recomputed_kwh").alias("reference"),
    )
    return _cells_at_fault(cells, judged, slots)


def _cells_at_fault(cells: pl.DataFrame, judged: pl.DataFrame, slots: pl.DataFrame) -> pl.DataFrame:
    """Return the cells that differ: by slot where the energy file tells, else the first of the figure's cells."""
    slot_keys = [*PERIOD, "period_end", "prm", "series", "slot"]
    by_slot = slots.select(*slot_keys, pl.col("energy_kwh").alias("slot_kwh"))
    joined = cells.join(
        judged.select(*GROUP, "shown", "cells", "sum_off", "file_is_right", "reference"),
        on=list(GROUP), nulls_equal=True,
    ).join(by_slot, on=slot_keys, how="left", nulls_equal=True)  # fmt: skip
    slot_off = (pl.col("value") - pl.col("slot_kwh")).abs() > pl.col("precision") + tolerances("energy")[
        "kwh_per_value"
    ]
    usable = pl.col("file_is_right") & (pl.col("cells") > 1)
    joined = joined.with_columns((slot_off & usable).fill_null(False).alias("slot_off")).sort(*GROUP, "slot", "cell")
    none_found = ~pl.col("slot_off").any().over(GROUP)
    first = pl.int_range(pl.len()).over(GROUP) == 0
    wrong = joined.filter(pl.col("slot_off") | (pl.col("sum_off") & none_found & first))
    by_sum = ~pl.col("slot_off")
    return wrong.with_columns(
        pl.when(by_sum).then("reference").otherwise("slot_kwh").alias("expected"),
        pl.when(by_sum).then("shown").otherwise("value").alias("observed"),
        pl.when(by_sum & (pl.col("cells") > 1)).then(None).otherwise("slot").alias("slot"),
    )


def _wrong_rates(cells: pl.DataFrame, totals: pl.DataFrame) -> list[dict[str, Any]]:
    names = ("published_kwh", "recomputed_kwh")
    indexed = {
        (row["operation_id"], row["period_start"], row["prm"], row["series"]): (row[names[0]], row[names[1]])
        for row in totals.join(cells.select(PERIOD).unique(), on=list(PERIOD), how="semi").iter_rows(named=True)
    }
    wrong = []
    for cell in cells.sort(*GROUP, "cell").iter_rows(named=True):
        key = (cell["operation_id"], cell["period_start"], cell["prm"])
        expected = [
            rate
            for top, bottom in RATES[cell["indicator"]]
            for rate in _ratios(indexed.get((*key, top)), indexed.get((*key, bottom)), bool(cell["split_off"]))
        ]
        allowed = max(tolerances("synthesis")["rate"], 0.006 if round(cell["value"], 2) == cell["value"] else 0.0)
        if expected and all(abs(cell["value"] - rate) > allowed for rate in expected):
            series = cell["indicator"]
            wrong.append({**cell, "series": series, "expected": expected[0], "observed": cell["value"]})
    return wrong


def _ratios(
    top: tuple[float | None, float | None] | None, bottom: tuple[float | None, float | None] | None, both: bool
) -> list[float]:
    """Return top / bottom from what is published, else from ours (and from ours too when `both`)."""
    if top is None or bottom is None:
        return []
    published_or_ours = [top[0] if top[0] is not None else top[1]] + ([top[1]] if both else [])
    divisor = bottom[0] if bottom[0] is not None else bottom[1]
    return [value / divisor for value in published_or_ours if value is not None and divisor]


def _fact(row: dict[str, Any]) -> dict[str, object]:
    is_rate = row["indicator"] in RATES
    show = partial(french.percent, decimals=2) if is_rate else french.kwh
    who = {"operation": "l'opération", "consumer": f"le consommateur {row['prm']}",
           "producer": f"le producteur {row['prm']}"}[row["level"]]  # fmt: skip
    slot = f", poste {row['slot']}" if row["slot"] else ""
    where = f" (cellule {row['cell']})" if row["cell"] else ""
    return {
        "check_name": "synthesis_differs",
        "month": row["period_end"].replace(day=1),
        "operation_id": row["operation_id"],
        "prm": row["prm"],
        "role": None if row["level"] == "operation" else row["level"],
        "period_start": row["period_start"],
        "period_end": row["period_end"],
        "expected": row["expected"],
        "observed": row["observed"],
        "unit": "1" if is_rate else "kWh",
        "evidence": evidence({"file": row["path"], "cell": row["cell"], "value": row["value"]}),
        "message": (
            f"Synthèse {french.short_period(row['period_start'], row['period_end'])} : pour {who}, "
            f"{french.SERIES[row['series']]}{slot} de {show(row['observed'])}{where} ; "
            f"les autres publications donnent {show(row['expected'])}."
        ),
        "discriminator": f"{row['indicator']}|{row['slot'] or ''}",
    }
