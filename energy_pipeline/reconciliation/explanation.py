"""What the hypotheses tested say of a published split that differs, as a reader is told it."""

import polars as pl

from energy_pipeline import french

EXPLAINED = 0.05
"""Part of the difference that a hypothesis may leave and still be called its explanation."""
CLOSE = 0.5
"""Part beyond which a hypothesis is not even worth naming."""
UNSEEN_KWH = 0.05
"""Printed with one decimal, it reads 0."""


def sentence(tested: pl.DataFrame) -> str:
    """Return what explains a period's difference, or that nothing does; empty when nothing was tested.

    `tested`: rows of marts.split_explanation of the period. What is to be explained is summed without compensation: it
    is more than the net difference of the energies, so it is told with its definition or not at all.
    """
    if tested.is_empty():
        return ""
    best = tested.sort("rank").row(0, named=True)
    left, difference = best["residual_kwh"], best["difference_kwh"]
    if left <= EXPLAINED * difference:
        precision = "au watt" if left < UNSEEN_KWH else f"à {french.kwh(left)}"
        return f" Explication : {best['description']}, la publication est reproduite {precision} près."
    if left <= CLOSE * difference:
        return (
            f" Hypothèse la plus proche : {best['description']}, il reste {french.kwh(left)} inexpliqués sur "
            f"{french.kwh(difference)}, somme des écarts de chaque pas et de chaque consommateur, sans compensation."
        )
    return f" Aucune des {tested.height} hypothèses essayées ne l'explique."


def proofs(tested: pl.DataFrame) -> list[dict[str, object]]:
    """Return, as evidence, what the best hypothesis of each kind leaves unexplained, the best first."""
    best = tested.sort("rank").unique("hypothesis", keep="first", maintain_order=True)
    return [
        {"hypothesis": description, "residual_kwh": round(left, 1)}
        for description, left in best.select("description", "residual_kwh").iter_rows()
    ]
