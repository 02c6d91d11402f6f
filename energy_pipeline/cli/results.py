"""What `run` prints: the results of each operation and month, and where to read more."""

from collections import Counter
from datetime import date

import polars as pl
from rich.console import Console
from rich.table import Table

from energy_pipeline import warehouse
from energy_pipeline.french import number, plural
from energy_pipeline.settings import Home

COLUMNS = (
    "Produit\nkWh", "Partagé\nkWh", "Autoc.\n%", "Autop.\n%", "Couv.\n%", "Constats", "À réclamer\n€ HT",
)  # fmt: skip


def _percent(fraction: float | None) -> str:
    return number(None if fraction is None else 100 * fraction, 1)


def _results(rows: pl.DataFrame) -> Table:
    table = Table(box=None, padding=(0, 1, 0, 0), pad_edge=False)
    table.add_column("Opération", no_wrap=True)
    table.add_column("Mois", no_wrap=True)
    for title in COLUMNS:
        table.add_column(title, justify="right", no_wrap=True)
    periods = Counter(rows.select("operation_id", "month").iter_rows())
    for row in rows.iter_rows(named=True):
        alone = periods[row["operation_id"], row["month"]] == 1
        days = "" if alone else f" ({row['period_start']:%d/%m}–{row['period_end']:%d/%m})"
        table.add_row(
            row["operation_id"],
            f"{row['month']:%Y-%m}{days}",
            number(row["production_kwh"], 0),
            number(row["self_consumption_kwh"], 0),
            *(_percent(row[rate]) for rate in ("self_consumption_rate", "self_production_rate", "coverage_rate")),
            str(row["findings"]),
            number(row["amount_eur"], 2),
        )
    return table


def show(console: Console, home: Home, months: list[date]) -> int:
    """Print the results of `months` (all when none changed) and return the number of files that are refused."""
    with warehouse.connect(home.publication, read_only=True) as connection:
        rows = warehouse.run(connection, "status/results")
        refused = warehouse.run(connection, "status/refused_files", operation_id=None)
        elsewhere = [
            (label, warehouse.run(connection, f"status/{query}").row(0, named=True))
            for label, query in (
                ("Hors opération", "findings_of_no_operation"),
                ("Sans rapport, dans la page d'ensemble", "findings_of_no_report"),
            )
        ]
        unverified = warehouse.run(connection, "status/unverified_bills").item()
    if months:
        rows = rows.filter(pl.col("month").is_in(months))
    else:
        console.print("Rien de nouveau : les résultats sont ceux du dernier traitement.")
    console.print(_results(rows))
    for label, found in elsewhere:
        if found["findings"]:
            euros = "" if found["amount_eur"] is None else f", {number(found['amount_eur'], 2)} € HT à réclamer"
            console.print(f"{label} : {plural(found['findings'], 'constat')}{euros}", soft_wrap=True)
    if unverified:
        bills = plural(unverified, "facture non vérifiée", "factures non vérifiées")
        console.print(f"{bills}, faute de courbe : la raison de chacune est dans les rapports", soft_wrap=True)
    for row in refused.iter_rows(named=True):
        place = "".join(
            f", {label} {row[key]}"
            for label, key in (("ligne", "reason_line"), ("colonne", "reason_column"), ("valeur", "reason_value"))
            if row[key] is not None
        )
        console.print(f"Fichier refusé : {row['path']}{place} — {row['reason']}", markup=False, soft_wrap=True)
    console.print(f"Rapports : {home.reports}/index.html", soft_wrap=True)
    console.print(f"Entrepôt : {home.publication}", soft_wrap=True)
    return refused.height
