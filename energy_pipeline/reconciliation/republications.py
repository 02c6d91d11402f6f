"""`republished_curve`: Enedis published curves of a period again, with other values. What changed, kWh and euros."""

from typing import Any

import polars as pl

from energy_pipeline import french
from energy_pipeline.reconciliation.finding import evidence
from energy_pipeline.reconciliation.prices import lookup, timeline
from energy_pipeline.tables import computed, schemas

PERIOD = ("operation_id", "period_start", "period_end")
SERIES = ("self_consumption", "consumption", "production", "self_produced", "complement", "surplus")
"""In the order in which the message tells them; the first that changed is the expected and observed energy."""


def republished_issues(changes: pl.DataFrame, price_rows: pl.DataFrame) -> pl.DataFrame:
    """Return rows of `computed.issue`, one per operation and period whose curves were published with other values.

    `changes`: of `metering.republications.changes`; `price_rows`: landing.price with `received_at` and `path`. Euros
    are the change of the published self-consumption × (avoided price − local price) of each day, in the message and
    the evidence only: what is to be claimed stands in the findings of the bills, judged on the curves that hold.
    """
    if changes.is_empty():
        return schemas.empty(computed.ISSUE)
    curves = _by_curve(changes, timeline(price_rows))
    rows = [_issue(group) for _, group in curves.group_by(*PERIOD, maintain_order=True)]
    return schemas.validate(computed.ISSUE, schemas.frame(computed.ISSUE, rows))


def _by_curve(changes: pl.DataFrame, stretches: pl.DataFrame) -> pl.DataFrame:
    """Return a row per curve; `amount_eur` NULL where it is no self-consumption or a price is missing."""
    priced = lookup(lookup(changes, stretches, "avoided_price"), stretches, "local_price").with_columns(
        eur=(pl.col("after_kwh") - pl.col("before_kwh")) * (pl.col("avoided_price") - pl.col("local_price"))
    )
    is_known = (pl.col("series") == "self_consumption") & pl.col("eur").is_not_null().all()
    return (
        priced.group_by(*PERIOD, "prm", "series")
        .agg(
            pl.col("before_kwh", "after_kwh", "steps").sum(),
            pl.col("first_path", "last_path").first(),
            first_day=pl.col("day").min(),
            last_day=pl.col("day").max(),
            amount_eur=pl.when(is_known.first()).then(pl.col("eur").sum()),
        )
        .sort(*PERIOD, pl.col("series").replace_strict(dict(zip(SERIES, range(len(SERIES)), strict=True))), "prm")
    )


def _issue(curves: pl.DataFrame) -> dict[str, Any]:
    first = curves.row(0, named=True)
    totals = curves.group_by("series", maintain_order=True).agg(
        pl.col("before_kwh", "after_kwh").sum(), points=pl.col("prm").n_unique()
    )
    _, before, after, _ = totals.row(0)
    amounts = curves.filter(pl.col("series") == "self_consumption")["amount_eur"]
    amount = float(amounts.sum()) if len(amounts) and amounts.null_count() == 0 else None
    told = "" if amount is None else f" Économie modifiée de {_signed(french.euros(abs(amount)), amount)} HT."
    parts = [
        f"{french.SERIES[series]} {_signed(french.kwh(abs(end - start)), end - start)} "
        f"({points} point{'s' if points > 1 else ''})"
        for series, start, end, points in totals.iter_rows()
    ]
    return {
        **{name: first[name] for name in PERIOD},
        "check_name": "republished_curve",
        "expected": before,
        "observed": after,
        "unit": "kWh",
        "evidence": evidence(*(_proof(row) for row in curves.iter_rows(named=True))),
        "message": f"Courbes {french.short_period(first['period_start'], first['period_end'])} publiées de nouveau "
        f"avec d'autres valeurs : {', '.join(parts)}.{told} La dernière version fait foi ; "
        "la première reste consultable.",
    }


def _signed(quantity: str, value: float) -> str:
    return f"{'−' if value < 0 else '+'}{quantity}"


def _proof(row: dict[str, Any]) -> dict[str, object]:
    return {
        "file": row["last_path"],
        "replaces": row["first_path"],
        "prm": row["prm"],
        "series": row["series"],
        "before_kwh": round(row["before_kwh"], 2),
        "after_kwh": round(row["after_kwh"], 2),
        "steps": row["steps"],
        "first_day": row["first_day"],
        "last_day": row["last_day"],
        "amount_eur": None if row["amount_eur"] is None else round(row["amount_eur"], 2),
    }
