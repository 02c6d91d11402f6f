"""What `run` prints: the results of each operation and month, and where to read more."""

from datetime import date

import polars as pl
from rich.console import Console
from rich.table import Table

from energy_pipeline import warehouse
from energy_pipeline.settings import Home


def _number(value: float | None, decimals: int = 0) -> str:
    return "—" if value is None else f"{value:,.{decimals}f}".replace(",", " ").replace(".", ",")


def _percent(value: float | None) -> str:
    return "—" if value is None else f"{_number(100 * value, 1)} %"


def _results(rows: pl.DataFrame) -> Table:
    table = Table(title="Résultats")
    for title in ("Opération", "Nom", "Période", "Clés"):
        table.add_column(title)
    for title in ("Production\nkWh", "Autoconso.\nkWh", "Taux\nautoconso.", "Taux\nautoprod.", "Taux\ncouverture",
                  "Constats", "À réclamer\n€ HT"):  # fmt: skip
        table.add_column(title, justify="right")
    for row in rows.iter_rows(named=True):
        table.add_row(
            row["operation_id"],
            row["name"] or "",
            f"{row['period_start']:%d/%m/%Y} – {row['period_end']:%d/%m/%Y}",
            row["key_type_used"] or "—",
            _number(row["production_kwh"]),
            _number(row["self_consumption_kwh"]),
            _percent(row["self_consumption_rate"]),
            _percent(row["self_production_rate"]),
            _percent(row["coverage_rate"]),
            str(row["findings"]),
            _number(row["amount_eur"], 2),
        )
    return table


def show(console: Console, home: Home, months: list[date]) -> int:
    """Print the results of `months` (all when none changed) and return the number of files that are refused."""
    with warehouse.connect(home.publication, read_only=True) as connection:
        rows = warehouse.run(connection, "reports/summary_of_months")
        refused = warehouse.run(connection, "reports/refused_files")
    if months:
        rows = rows.filter(pl.col("month").is_in(months))
    else:
        console.print("Rien de nouveau : les résultats sont ceux du dernier traitement.")
    console.print(_results(rows))
    for path, reason in refused.select("path", "reason").iter_rows():
        console.print(f"Fichier refusé : {path} — {reason}", markup=False, soft_wrap=True)
    console.print(f"Rapports : {home.reports}", soft_wrap=True)
    console.print(f"Entrepôt : {home.publication}", soft_wrap=True)
    return refused.height
