"""Commands about bills: `bill`, the checks of one invoice, and `rates`, the regulated rates of a day."""

import json
from datetime import timedelta
from typing import Annotated, Any

import polars as pl
import typer
from rich.padding import Padding
from rich.table import Column, Table
from rich.text import Text

from energy_pipeline import warehouse
from energy_pipeline.cli.console import HomeOption, clear_errors, console, day_option, fail
from energy_pipeline.settings import Home

DECISIONS = {"invalid": "erreur", "review": "à vérifier", "ignored": "non vérifié", "valid": "conforme"}
SEVERAL = {"review": "à vérifier"}
"""The plural of a decision that does not take an s."""


def bill(
    number: Annotated[str, typer.Argument(metavar="NUMÉRO", help="Numéro de la facture.")],
    home: HomeOption,
    everything: Annotated[
        bool, typer.Option("--all", help="Montrer aussi les contrôles réussis et ceux sans objet.")
    ] = False,
) -> None:
    """Show an invoice beside the curves, its findings and its checks: billed, expected, how and from which source."""
    from energy_pipeline import french

    with clear_errors(), warehouse.connect(Home(home).publication, read_only=True) as connection:
        details = warehouse.run(connection, "bills/details_of_invoice", invoice_number=number)
        findings = warehouse.run(connection, "bills/findings_of_invoice", invoice_number=number)
        decisions = warehouse.run(connection, "bills/decisions_of_invoice", invoice_number=number)
        rows = warehouse.run(connection, "bills/checks_of_invoice", invoice_number=number, everything=everything)
    if details.is_empty() and findings.is_empty() and decisions.is_empty():
        raise fail(f"Aucune facture {number} dans la publication.")
    _say(f"Facture {number}", style="bold")
    for (supplier,), billed in details.group_by("supplier", maintain_order=True):
        _say(f"\n{supplier}, face aux courbes d'Enedis", style="bold")
        console.print(_beside_curves(billed))
    _findings(findings)
    if decisions.is_empty():
        return
    counts = dict(decisions.select("decision", "checks").iter_rows())
    listed = " · ".join(
        french.plural(counts[name], word, SEVERAL.get(name)) for name, word in DECISIONS.items() if name in counts
    )
    _say("\nVérifications de la facture elle-même", style="bold")
    _say(listed if everything else f"{listed} (--all les montre toutes)")
    keys = ("supplier", "detail_id", "prm", "pce")
    for (supplier, detail_id, prm, pce), checks in rows.group_by(keys, maintain_order=True):
        point = f"PCE {pce}" if pce else f"PRM {prm or 'inconnu'}"
        _say(f"\n{supplier}, détail {detail_id}, {point}")
        _checks(checks)


def _say(text: str, style: str | None = None) -> None:
    console.print(text, markup=False, soft_wrap=True, style=style)


def _beside_curves(details: pl.DataFrame) -> Table:
    from energy_pipeline import french
    from energy_pipeline.reports.words import VERDICTS

    values = [
        Column(name, justify="right", no_wrap=True)
        for name in ("Facturé\nkWh", "Attendu\nkWh", "Excédent\nkWh", "Écart\n€ HT")
    ]
    point = Column("PRM\ndu, au", no_wrap=True)
    table = Table("Détail", point, *values, "Conclusion", box=None, pad_edge=False)
    for row in details.iter_rows(named=True):
        days = [french.short_day(day) for day in (row["period_start"], row["period_end"]) if day]
        table.add_row(
            row["detail_id"],
            "\n".join((row["prm"] or "inconnu", *days)),
            *(french.number(row[name], 1) for name in ("billed_kwh", "expected_kwh", "excess_kwh")),
            french.number(row["amount_eur"], 2),
            VERDICTS[row["verdict"]],
        )
    return table


def _findings(rows: pl.DataFrame) -> None:
    """Print what is to be claimed or looked at, each with the id that `explain` takes and how its price is made."""
    from energy_pipeline import french
    from energy_pipeline.reconciliation.finding import catalogue
    from energy_pipeline.reports.words import SEVERITIES

    _say("\nConstats", style="bold")
    if rows.is_empty():
        _say("Aucun.")
    for row in rows.iter_rows(named=True):
        amounts = [
            f"{french.euros(row[name])} {tax}"
            for name, tax in (("amount_eur", "HT"), ("amount_ttc_eur", "TTC"))
            if row[name] is not None
        ]
        told = " : ".join(filter(None, (catalogue()[row["check_name"]]["title"], ", ".join(amounts))))
        _say(f"— {told} ({SEVERITIES[row['severity']].lower()}, constat {row['finding_id']})")
        _say(f"  {row['message']}")
        for proof in json.loads(row["evidence"] or "[]"):
            if "price" in proof:
                _say(f"  Prix, {proof['file']}, ligne {proof['line']} : {proof['price']}.")


def _checks(rows: pl.DataFrame) -> None:
    """Print each check on a line, how it was judged below: readable in 80 columns."""
    from energy_pipeline.bill_checks.catalogue import catalogue

    for row in rows.iter_rows(named=True):
        values = [
            f"{name} {_value(row[column], unit)}"
            for name, column, unit in (
                ("facturé", "invoiced", row["unit"]),
                ("attendu", "expected", row["unit"]),
                ("écart HT", "amount_eur", "EUR"),
            )
            if row[column] is not None
        ]
        told = " ; ".join(filter(None, (DECISIONS[row["decision"]], ", ".join(values))))
        console.print(f"— {catalogue()[row['check_name']].title} : {told}", markup=False)
        source = None if row["reason"] else f"({row['source']})"
        _indented(" ".join(filter(None, (row["reason"] or row["method"], source))))


def _value(value: Any, unit: str | None) -> str:
    from energy_pipeline.bill_checks.findings import shown

    return shown(float(value), unit).replace("-", "−")


def rates(
    on: Annotated[str, typer.Argument(metavar="JOUR", help="Jour, AAAA-MM-JJ.")],
    name: Annotated[
        str | None, typer.Option("--rate", help="Ce barème seulement, par exemple excise, cta, turpe_energy.")
    ] = None,
) -> None:
    """Show the regulated rates in force on a day, with their legal reference; none is ever extrapolated."""
    from energy_pipeline import french
    from energy_pipeline.tariffs import rates as tables
    from energy_pipeline.tariffs import words

    day = day_option(on)
    known = tables() if name is None else tables().filter(rate=name)
    if known.is_empty():
        raise fail(f"Barème inconnu : « {name} ». Connus : {', '.join(tables()['rate'].unique().sort())}.")
    holds = (pl.col("valid_from") <= day) & ((pl.col("valid_to") > day) | pl.col("valid_to").is_null())
    in_force = known.filter(holds)
    if in_force.is_empty():
        raise fail(f"Barème manquant au {day:%d/%m/%Y}.")
    missing = known.unique(["rate", "variant"], maintain_order=True).join(in_force, on=["rate", "variant"], how="anti")
    for rate in known["rate"].unique(maintain_order=True):
        title = words.name(rate)
        _say(title[:1].upper() + title[1:], style="bold")
        _in_force(in_force.filter(rate=rate))
        lacking = [words.variant(variant).replace(" ", french.NBSP) for variant in missing.filter(rate=rate)["variant"]]
        if lacking:
            is_whole = in_force.filter(rate=rate).is_empty()
            _indented("Barème manquant." if is_whole else f"Barème manquant : {', '.join(lacking)}.")
    letters = words.CONFIDENCES.keys() & in_force["confidence"]
    told = [f"{letter}, {words.CONFIDENCES[letter]}" for letter in sorted(letters)]
    if told:
        console.print(f"\nConfiance : {' ; '.join(told)}.")


def _in_force(rows: pl.DataFrame) -> None:
    """Print the values of a rate, those of one reference together: readable in 80 columns."""
    from energy_pipeline.tariffs import words

    for (start, end, reference), same in rows.group_by(
        ["valid_from", "valid_to", "legal_reference"], maintain_order=True
    ):
        until = f"au {end - timedelta(days=1):%d/%m/%Y}" if end else "sans fin connue"
        table = Table("", Column("", justify="right"), "", "", box=None, show_header=False, padding=(0, 0, 0, 2))
        for row in same.iter_rows(named=True):
            value, unit = words.value(row["value"], row["unit"]), words.UNITS[row["unit"]]
            confidence = row["confidence"] if row["confidence"] in words.CONFIDENCES else "valeur douteuse"
            table.add_row(words.variant(row["variant"]), value, unit, confidence)
        console.print(table)
        _indented(f"Du {start:%d/%m/%Y} {until} : {reference}.")


def _indented(text: str) -> None:
    console.print(Padding(Text(text), (0, 0, 0, 4)))
