"""The commands `history` and `compare`: the publications that stood, and what changed from one to another."""

import json
from collections.abc import Iterable
from dataclasses import asdict
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table
from rich.text import Text

from energy_pipeline.cli.console import HomeOption, clear_errors, console, fail, month_option
from energy_pipeline.cli.explain import Format, said
from energy_pipeline.settings import Home

if TYPE_CHECKING:
    from energy_pipeline.history import Comparison, FindingChange

CHANGES = {"appeared": "Constats apparus", "disappeared": "Constats disparus", "changed": "Constats modifiés"}
_COMPARED = {
    "severity": "gravité",
    "amount_eur": "montant",
    "amount_ttc_eur": "montant TTC",
    "expected": "valeur attendue",
    "observed": "valeur observée",
    "message": "texte",
}
SHOWN = 40


def history(home: HomeOption) -> None:
    """List the publications that stood, with those that are kept: `compare`, `sql --at` and `shell --at` read them."""
    from energy_pipeline.history import HistoryError, kept
    from energy_pipeline.history import said as when

    with clear_errors(HistoryError):
        known = kept(Home(home))
    if not known:
        raise fail("Aucune publication n'est encore conservée : la prochaine exécution en gardera une copie.")
    _print(
        ("Publiée le", "Exécution", "Version", "Conservée"),
        (
            (when(one), one.run_id, one.pipeline_version, one.path.name if one.path else "non")
            for one in reversed(known)
        ),
    )


def compare(
    home: HomeOption,
    start: Annotated[
        str | None,
        typer.Option("--from", help="Jour AAAA-MM-JJ, ou AAAA-MM-JJTHH:MM : ce que les lecteurs avaient alors."),
    ] = None,
    to: Annotated[str | None, typer.Option(help="De même ; à défaut, la publication actuelle.")] = None,
    report: Annotated[
        str | None, typer.Option(help="AAAA-MM, au lieu de --from : ce qu'on savait à l'envoi du rapport de ce mois.")
    ] = None,
    operation: Annotated[str | None, typer.Option(help="Une opération seulement, ACC…")] = None,
    output: Annotated[Format, typer.Option("--format", help="Forme de la réponse.")] = Format.TEXT,
) -> None:
    """Compare two publications: figures that changed, findings that appeared, disappeared or changed."""
    from energy_pipeline import history, mail

    if (start is None) == (report is None):
        raise fail("Donner --from AAAA-MM-JJ, ou bien --report AAAA-MM.")
    with clear_errors(history.HistoryError, mail.MailError):
        moment = history.instant(start) if start else _sent_at(home, report or "")
        before = history.at(Home(home), moment).path
        after = Home(home).publication if to is None else history.at(Home(home), history.instant(to)).path
        assert before and after
        changes = history.compare(before, after, operation)
    if output is Format.JSON:
        typer.echo(json.dumps(asdict(changes), ensure_ascii=False, indent=2, default=_json))
    else:
        _show(changes)


def _sent_at(home: Path, month: str) -> datetime:
    from energy_pipeline import mail

    moment = mail.sent_at(home, month_option(month))
    if moment is None:
        raise fail(f"Aucun rapport de {month} n'a été envoyé par mail depuis {home}.")
    console.print(f"Dernier envoi du rapport de {month} : {said(moment)}")
    return moment


def _json(value: object) -> object:
    return float(value) if isinstance(value, Decimal) else str(value)


def _show(changes: "Comparison") -> None:
    from energy_pipeline.tracing.rules import figures

    console.print(f"De la publication du {said(changes.before)} à celle du {said(changes.after)}", style="bold")
    if not changes.figures and not changes.findings:
        console.print("Rien n'a changé.")
    titles = {name: rule.title for name, rule in figures().items()}
    _section(
        "Chiffres modifiés",
        ("Opération", "Période", "Grandeur", "Avant", "Après", "Écart"),
        [
            (
                change.operation_id,
                f"{said(change.period_start)} – {said(change.period_end)}",
                titles.get(f"operation_month.{change.figure}", change.figure),
                said(change.before, change.unit),
                said(change.after, change.unit),
                _difference(change.before, change.after, change.unit),
            )
            for change in changes.figures
        ],
    )
    for kind, title in CHANGES.items():
        _section(
            title,
            ("Constat", "Avant", "Après", "Ce qu'il dit"),
            [_finding(change) for change in changes.findings if change.change == kind],
        )
    before, after = (
        sum((getattr(change, name) or Decimal(0) for change in changes.findings), Decimal(0))
        for name in ("amount_before_eur", "amount_after_eur")
    )
    if changes.findings:
        console.print(f"\nMontants de ces constats : {said(before, 'EUR')} avant, {said(after, 'EUR')} après (HT).")


def _difference(before: object, after: object, unit: str) -> str:
    if isinstance(before, int | float) and isinstance(after, int | float):
        difference = after - before
        return ("+" if difference > 0 else "") + said(difference, unit)
    return ""


def _finding(change: "FindingChange") -> tuple[str, ...]:
    changed = ", ".join(_COMPARED[name] for name in change.changed)
    return (
        change.finding_id,
        said(change.amount_before_eur, "EUR"),
        said(change.amount_after_eur, "EUR"),
        change.message + (f" [modifié : {changed}]" if changed else ""),
    )


def _section(title: str, headers: tuple[str, ...], rows: list[tuple[str, ...]]) -> None:
    if rows:
        console.print(f"\n{title} : {len(rows)}", style="bold")
        _print(headers, rows[:SHOWN])
        if len(rows) > SHOWN:
            console.print(f"… et {len(rows) - SHOWN} autres (--format json les donne tous)")


def _print(headers: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> None:
    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False)
    for header in headers:
        table.add_column(header, overflow="fold")
    for row in rows:
        table.add_row(*map(Text, row))
    console.print(table)
