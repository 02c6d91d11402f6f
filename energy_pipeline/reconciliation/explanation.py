"""What the hypotheses tested say of a published split that differs, as a reader is told it."""

import polars as pl

from energy_pipeline import french

EXPLAINED = 0.05
"""Part of the difference that a hypothesis may leave and still be called its explanation."""
CLOSE = 0.5
"""Part beyond which a hypothesis is not even worth naming."""
UNSEEN_KWH = 0.05
"""Printed with one decimal, it reads 0."""


def sentence(tested: pl.DataFrame, amount: float | None) -> str:
    """Return what explains a period's difference, or that nothing does; empty when nothing was tested.

    `tested`: rows of marts.split_explanation of the period; `amount`: of the finding, in EUR, None when unknown.
    """
    if tested.is_empty():
        return ""
    best = tested.sort("rank").row(0, named=True)
    left, difference = best["residual_kwh"], best["difference_kwh"]
    worth = "" if amount is None else f", {french.euros(abs(amount))} HT"
    if left <= EXPLAINED * difference:
        precision = "au watt" if left < UNSEEN_KWH else f"à {french.kwh(left)}"
        return (
            f" Explication : {best['description']}, la publication est reproduite {precision} près "
            f"({french.kwh(difference)} d'écart{worth})."
        )
    if left <= CLOSE * difference:
        return (
            f" Hypothèse la plus proche : {best['description']}, il reste {french.kwh(left)} inexpliqués sur "
            f"{french.kwh(difference)} d'écart."
        )
    return f" Aucune des {tested.height} hypothèses essayées ne l'explique."


def proofs(tested: pl.DataFrame) -> list[dict[str, object]]:
    """Return, as evidence, what the best hypothesis of each kind leaves unexplained, the best first."""
    best = tested.sort("rank").unique("hypothesis", keep="first", maintain_order=True)
    return [
        {"hypothesis": description, "residual_kwh": round(left, 1)}
        for description, left in best.select("description", "residual_kwh").iter_rows()
    ]
