"""Commands about bills: `bill`, the checks of one invoice, and `rates`, the regulated rates of a day."""

from datetime import date
from typing import Annotated, Any

import polars as pl
import typer
from rich.table import Column, Table

from energy_pipeline import warehouse
from energy_pipeline.cli.console import HomeOption, clear_errors, console, fail
from energy_pipeline.settings import Home

DECISIONS = {"invalid": "erreur", "review": "à vérifier", "ignored": "non vérifié", "valid": "conforme"}


def bill(
    number: Annotated[str, typer.Argument(help="Number of the invoice.")],
    home: HomeOption,
    everything: Annotated[bool, typer.Option("--all", help="Also the checks passed, and those left out.")] = False,
) -> None:
    """Show the checks of an invoice: decision, what was billed, what was expected, how and from which source."""
    with clear_errors(), warehouse.connect(Home(home).publication, read_only=True) as connection:
        decisions = warehouse.run(connection, "bills/decisions_of_invoice", invoice_number=number)
        rows = warehouse.run(connection, "bills/checks_of_invoice", invoice_number=number, everything=everything)
    if decisions.is_empty():
        raise fail(f"Aucune facture d'électricité {number} dans la publication.")
    counts = dict(decisions.select("decision", "checks").iter_rows())
    listed = " · ".join(f"{counts[name]} {word}" for name, word in DECISIONS.items() if name in counts)
    console.print(f"Facture {number} : {listed}", markup=False)
    for (detail_id, prm), checks in rows.group_by("detail_id", "prm", maintain_order=True):
        console.print(f"\nDétail {detail_id}, PRM {prm or 'inconnu'}", markup=False)
        console.print(_checks(checks))


def _checks(rows: pl.DataFrame) -> Table:
    from energy_pipeline.bill_checks.catalogue import catalogue

    values = [Column(name, justify="right", no_wrap=True) for name in ("Facturé", "Attendu", "Écart HT")]
    table = Table("Vérification", "Conclusion", *values, "Méthode et source", box=None, pad_edge=False)
    for row in rows.iter_rows(named=True):
        how = row["reason"] or " ".join(filter(None, (row["method"], f"({row['source']})")))
        table.add_row(
            catalogue()[row["check_name"]].title,
            DECISIONS[row["decision"]],
            _value(row["invoiced"], row["unit"]),
            _value(row["expected"], row["unit"]),
            _value(row["amount_eur"], "EUR"),
            how,
        )
    return table


def _value(value: Any, unit: str | None) -> str:
    from energy_pipeline.bill_checks.findings import shown

    return "" if value is None else shown(float(value), unit)


def rates(
    on: Annotated[str, typer.Argument(help="Day, AAAA-MM-JJ.")],
    name: Annotated[str | None, typer.Option("--rate", help="Only this rate, e.g. excise, cta, turpe_energy.")] = None,
) -> None:
    """Show the regulated rates in force on a day, with their legal reference; none is ever extrapolated."""
    from energy_pipeline.tariffs import rates as tables

    try:
        day = date.fromisoformat(on)
    except ValueError as error:
        raise typer.BadParameter(f"« {on} » : un jour s'écrit AAAA-MM-JJ, par exemple 2025-09-01.") from error
    known = tables().filter(pl.lit(name is None) | (pl.col("rate") == name))
    if known.is_empty():
        raise fail(f"Barème inconnu : « {name} ». Connus : {', '.join(tables()['rate'].unique().sort())}.")
    in_force = known.filter((pl.col("valid_from") <= day) & ((pl.col("valid_to") > day).fill_null(True)))
    if in_force.is_empty():
        raise fail(f"Barème manquant au {day:%d/%m/%Y}.")
    table = Table("Barème", "Variante", Column("Valeur", justify="right"), "Unité", "Du", "Au (exclu)", "Confiance",
                  "Référence", box=None, pad_edge=False)  # fmt: skip
    for row in in_force.iter_rows(named=True):
        end = f"{row['valid_to']:%d/%m/%Y}" if row["valid_to"] else ""
        value = f"{row['value'].normalize():f}".replace(".", ",")
        table.add_row(row["rate"], row["variant"], value, row["unit"], f"{row['valid_from']:%d/%m/%Y}", end,
                      row["confidence"], row["legal_reference"])  # fmt: skip
    console.print(table)
