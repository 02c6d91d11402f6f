"""Findings made from the checks that a bill fails."""

from typing import Any

import polars as pl

from energy_pipeline import french
from energy_pipeline.bill_checks.catalogue import catalogue
from energy_pipeline.reconciliation.finding import build, evidence, facts

FAILED = ("invalid", "review")
UNITS = {"EUR": french.euros, "kWh": french.kwh}
KEY = ("supplier", "invoice_number", "detail_id", "prm")


def bill_findings(bill_check: pl.DataFrame, reconciled: pl.DataFrame | None = None) -> pl.DataFrame:
    """Return `marts.finding`: one per check that is `invalid` or to `review`; what is to review is never an error.

    `bill_check`: marts.bill_check. `reconciled`: marts.invoice_reconciliation, which tells the operation of a detail.
    """
    failed = bill_check.filter(pl.col("decision").is_in(FAILED))
    if reconciled is None:
        failed = failed.with_columns(operation_id=pl.lit(None, pl.String))
    else:
        failed = failed.join(reconciled.select(*KEY, "operation_id"), on=KEY, how="left", nulls_equal=True)
    made = {
        name: build(facts([_fact(row) for row in failed.filter(decision=name).iter_rows(named=True)]))
        for name in FAILED
    }
    milder = made["review"].with_columns(pl.col("severity").replace("error", "warning"))
    return pl.concat([made["invalid"], milder])


def _fact(row: dict[str, Any]) -> dict[str, object]:
    return {
        "check_name": row["check_name"],
        "month": row["month"],
        "operation_id": row["operation_id"],
        "role": "consumer" if row["operation_id"] else None,
        **{name: row[name] for name in (*KEY, "period_start", "period_end", "expected", "unit")},
        "observed": row["invoiced"],
        "amount_eur": None if row["amount_eur"] is None else float(row["amount_eur"]),
        "amount_ttc_eur": None if row["amount_ttc_eur"] is None else float(row["amount_ttc_eur"]),
        "evidence": evidence(
            {
                "file": row["path"],
                "line": row["line"],
                "value": row["invoiced"],
                "expected": row["expected"],
                "method": row["method"],
                "source": row["source"],
            }
        ),
        "message": _message(row),
    }


def _message(row: dict[str, Any]) -> str:
    title = catalogue()[row["check_name"]].title
    points = [f", {name.upper()} {row[name]}" for name in ("prm", "pce") if row[name]]
    point = points[0] if points else ""
    dates = french.short_period(row["period_start"], row["period_end"])
    where = f"Facture {row['invoice_number']} ({row['supplier']}){point}{', ' + dates if dates else ''}"
    return " ".join(filter(None, (f"{where} : {_lowered(title)}.", _values(row), row["method"])))


def _lowered(title: str) -> str:
    """Return `title` as the middle of a sentence: its first letter small, unless it starts with an acronym."""
    return title if title[1:2].isupper() else title[:1].lower() + title[1:]


def _values(row: dict[str, Any]) -> str:
    invoiced, expected, unit = row["invoiced"], row["expected"], row["unit"]
    if invoiced is None:
        return ""
    if expected is None:
        return f"{shown(invoiced, unit)}."
    return f"Relevé : {shown(invoiced, unit)} ; attendu : {shown(expected, unit)}."


def shown(value: float, unit: str | None) -> str:
    """Return a value of a check with its unit, in French: `29,98 €`, `1 000 kWh`, `3 jours`."""
    if unit in UNITS:
        return UNITS[unit](value)
    plural = "s" if unit == "jour" and abs(value) >= 2 else ""
    return f"{french.shortest(value)}{french.NBSP}{unit or ''}{plural}"
