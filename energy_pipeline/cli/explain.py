"""The command `explain`: where a finding or a figure comes from."""

import json
from collections.abc import Iterable
from dataclasses import asdict
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table
from rich.text import Text

from energy_pipeline import warehouse
from energy_pipeline.cli.console import HomeOption, clear_errors, console
from energy_pipeline.settings import Home

if TYPE_CHECKING:
    from energy_pipeline.tracing.model import Explanation, Value

FILES_SHOWN, PARTS_SHOWN = 30, 20
UNITS = {"EUR": "€", "EUR/kWh": "€/kWh", "1": ""}
USES = {"input": "calcul", "published": "publié", "proof": "preuve", "price": "prix"}


class Format(StrEnum):
    """Ways in which an explanation is printed."""

    TEXT = "text"
    JSON = "json"


def explain(
    subject: Annotated[
        list[str],
        typer.Argument(
            metavar="CONSTAT|CHIFFRE",
            help="Un constat ; ou table.colonne et ses clés : operation_month.production_kwh ACC00000101 2025-10.",
        ),
    ],
    home: HomeOption,
    output: Annotated[Format, typer.Option("--format", help="Forme de la réponse.")] = Format.TEXT,
) -> None:
    """Say where a finding or a figure comes from: files, lines, keys, and the rule with its article.

    A finding: explain b51090fc9237d92b. A figure: explain operation_month.self_consumption_kwh ACC00000101 2025-10
    """
    from energy_pipeline.tracing import TracingError, explain_figure, explain_finding

    name, *words = subject
    publication = Home(home).publication
    with clear_errors(TracingError), warehouse.connect(publication, read_only=True) as connection:
        if "." in name or words:
            explanation = explain_figure(connection, name, words)
        else:
            explanation = explain_finding(connection, name)
    if output is Format.JSON:
        typer.echo(json.dumps(asdict(explanation), ensure_ascii=False, indent=2, default=_json))
    else:
        _show(explanation)


def _json(value: object) -> object:
    return float(value) if isinstance(value, Decimal) else str(value)


def _show(explanation: "Explanation") -> None:
    console.print(f"{explanation.title} — {explanation.subject}", markup=False, soft_wrap=True, style="bold")
    console.print(explanation.statement, markup=False, soft_wrap=True)
    console.print(f"\nRègle : {explanation.rule.text}", markup=False, soft_wrap=True)
    console.print(f"Source : {explanation.rule.source}", markup=False, soft_wrap=True)
    if explanation.action:
        console.print(f"À faire : {explanation.action}", markup=False, soft_wrap=True)
    _section("Valeurs", ("", ""), ((fact.label, said(fact.value, fact.unit)) for fact in explanation.facts))
    _section(
        "Ce qui la compose",
        ("", "", ""),
        ((part.label, part.name or "", said(part.value, part.unit)) for part in explanation.parts[:PARTS_SHOWN]),
        hidden=len(explanation.parts) - PARTS_SHOWN,
    )
    _section(
        "Clés de répartition",
        ("Consommateur", "Producteur", "Part", "Validité", "Fichier"),
        (
            (
                key.consumer_prm,
                key.producer_prm or "tous",
                f"{said(100 * key.share)} %",
                f"{said(key.valid_from)} – {said(key.valid_to) if key.valid_to else '…'}",
                key.source_file,
            )
            for key in explanation.keys[:PARTS_SHOWN]
        ),
        hidden=len(explanation.keys) - PARTS_SHOWN,
    )
    _section(
        "Fichiers",
        ("Usage", "Reçu le", "Fichier, place et valeur"),
        (
            (
                USES[file.use] + (" (version remplacée)" if file.status == "superseded" else ""),
                said(file.received_at),
                " : ".join(part for part in (", ".join(filter(None, (file.path, file.place))), file.said) if part),
            )
            for file in explanation.files[:FILES_SHOWN]
        ),
        hidden=len(explanation.files) - FILES_SHOWN,
    )
    _section(
        "Constats liés",
        ("", ""),
        ((finding.finding_id, f"{finding.title}. {finding.message}") for finding in explanation.findings),
    )


def _section(title: str, headers: tuple[str, ...], rows: Iterable[tuple[str, ...]], hidden: int = 0) -> None:
    lines = list(rows)
    if not lines:
        return
    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False, show_header=any(headers))
    for header in headers:
        table.add_column(header, overflow="fold")
    for line in lines:
        table.add_row(*map(Text, line))
    console.print(f"\n{title}", style="bold")
    console.print(table)
    if hidden > 0:
        console.print(f"… et {hidden} autres (--format json les donne tous)")


def said(value: "Value | datetime", unit: str = "") -> str:
    """Return a value as a French reader expects it, with its unit."""
    from energy_pipeline import french

    match value:
        case None:
            return french.DASH
        case str():
            return value
        case datetime():
            return f"{french.short_day(value.date())} {value:%H:%M}"
        case date():
            return french.short_day(value)
        case _ if unit == "1":
            return french.percent(value, 2)
    decimals = 0 if value == int(value) and unit not in {"EUR", "EUR/kWh"} else 4 if unit == "EUR/kWh" else 2
    return f"{french.number(value, decimals)} {UNITS.get(unit, unit)}".rstrip()
