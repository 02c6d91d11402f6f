"""What the commands about keys print: the comparison of keys, the faults of a file."""

import sys
from collections.abc import Mapping, Sequence

import numpy as np
import polars as pl
from rich.console import Console
from rich.table import Table

from energy_pipeline.cli.console import console
from energy_pipeline.formats.model import BadFile
from energy_pipeline.french import number, percent, plural
from energy_pipeline.keys.propose import Objective
from energy_pipeline.keys.rounding import Hundredths
from energy_pipeline.keys.situation import Situation

SHOWN_FAULTS = 50
WIDTH_OF_A_FILE = 160
CURRENT, DEFAULT, PROPOSED = "actuelle", "par défaut", "proposée"
NAMES = {
    Objective.STATIC: "statique, le plus de kWh partagés",
    Objective.STATIC_EUROS: "statique, le plus d'euros économisés",
    Objective.EUROS: "dynamique, le plus d'euros économisés",
    Objective.FAIR: "dynamique, taux d'autoproduction les plus égaux",
    Objective.DEFAULT: "par défaut, au prorata des consommations",
    Objective.PRIORITY: "dynamique, par ordre de priorité",
}


def consumers(count: int) -> str:
    """Return `3 consommateurs`."""
    return plural(count, "consommateur")


def faults(name: str, found: Sequence[BadFile]) -> str:
    """Return the faults of a key file, one a line, and what they would cost."""
    lines = [str(fault) for fault in found[:SHOWN_FAULTS]]
    if len(found) > SHOWN_FAULTS:
        lines.append(f"… et {plural(len(found) - SHOWN_FAULTS, 'autre faute', 'autres fautes')}.")
    count = plural(len(found), "faute")
    return "\n".join([*lines, f"{name} : {count}. Ne pas envoyer : Enedis appliquerait les clés par défaut (§4.4.2)."])


def comparison(
    at: Situation, objective: Objective, compared: pl.DataFrame, names: Mapping[str, str | None], key: Hundredths
) -> None:
    """Print what each participant gets under each key, the totals, and how equal the rates are.

    `compared`: of `compare.compare`; `names`: by PRM; `key`: the proposed one.
    """
    scenarios = compared["scenario"].unique(maintain_order=True).to_list()
    table = Table(
        title=f"{at.operation_id}, du {at.period_start:%d/%m/%Y} au {at.period_end:%d/%m/%Y} — clé proposée : "
        f"{NAMES[objective]}"
    )
    table.add_column("PRM")
    table.add_column("Nom")
    for title in (
        "Clé %\nproposée", "Mesuré\nkWh", *(f"Partagé kWh\n{scenario}" for scenario in scenarios),
        *(f"Valeur € HT\n{scenario}" for scenario in scenarios),
    ):  # fmt: skip
        table.add_column(title, justify="right")
    mean = dict(zip(at.consumers, _mean_percents(at, key), strict=True))
    for role, title in (("consumer", "Consommateurs"), ("producer", "Producteurs")):
        rows = compared.filter(pl.col("role") == role)
        for (prm,), group in rows.group_by("prm", maintain_order=True):
            share = number(mean[str(prm)], 2) if role == "consumer" else ""
            table.add_row(str(prm), names.get(str(prm)) or "", share, *_figures(group))
        total = rows.group_by("scenario", maintain_order=True).agg(
            pl.col("measured_kwh", "shared_kwh").sum(), _sum("value_eur")
        )
        share = number(sum(mean.values()), 2) if role == "consumer" else ""
        table.add_row(title, "", share, *_figures(total), style="bold", end_section=True)
    everybody = compared.group_by("scenario", maintain_order=True).agg(_sum("value_eur"))["value_eur"]
    blank = [""] * (2 + len(scenarios))
    table.add_row("Ensemble", "", *blank, *(number(value, 2) for value in everybody), style="bold")
    wide = console if console.is_terminal else Console(file=sys.stdout, width=WIDTH_OF_A_FILE, highlight=False)
    wide.print(table)
    for scenario in scenarios:
        shown = compared.filter(
            (pl.col("role") == "consumer") & (pl.col("scenario") == scenario) & (pl.col("measured_kwh") > 0)
        )
        if rates := (shown["shared_kwh"] / shown["measured_kwh"]).to_list():
            wide.print(f"Taux d'autoproduction, clé {scenario} : de {percent(min(rates))} à {percent(max(rates))}.")
    if compared["value_eur"].null_count():
        wide.print("Valeurs en euros incomplètes : il manque des prix dans prices.csv (avoided_price, local_price…).")
    if CURRENT not in scenarios:
        wide.print("La clé actuelle n'est pas connue : la comparaison ne porte que sur la clé par défaut.")
    if at.missing:
        wide.print(f"{plural(at.missing, 'valeur')} sans mesure ni estimation, comptée à zéro.")


def _sum(column: str) -> pl.Expr:
    """Return the sum, NULL when a value is not known."""
    return pl.when(pl.col(column).is_not_null().all()).then(pl.col(column).sum())


def _mean_percents(at: Situation, key: Hundredths) -> list[float]:
    """Return (consumers,): the key in percent, its mean over what was produced when it changes."""
    production = at.total_production
    weights = production if production.any() else np.ones_like(production)
    percents: list[float] = (np.broadcast_to(key, at.consumption.shape) @ weights / weights.sum() / 100).tolist()
    return percents


def _figures(rows: pl.DataFrame) -> list[str]:
    measured = number(rows["measured_kwh"][0])
    return [
        measured,
        *(number(value) for value in rows["shared_kwh"]),
        *(number(value, 2) for value in rows["value_eur"]),
    ]
