"""Commands that tell what is there, what is refused, what is due: `status`, `calendar`, `due`."""

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import duckdb
import polars as pl
import typer
from rich.table import Column, Table

from energy_pipeline import warehouse
from energy_pipeline.cli.console import HomeOption, clear_errors, console, day_option, fail
from energy_pipeline.periods.deadlines import RULES, after_event, cited
from energy_pipeline.periods.grid import PARIS
from energy_pipeline.settings import Home

SIGNS = {"received": "✓", "missing": "✗", "quarantined": "R", "awaited": "…"}
LEGEND = (
    "Un signe par période, la plus ancienne à gauche. ✓ reçu   ✗ manquant   R refusé   … attendu, délai d'Enedis non "
    "écoulé   · sans objet\n"
    "Mesure : soutirage d'un consommateur, injection d'un producteur. Partage : part autoconsommée ou autoproduite. "
    "Reste : complément ou surplus. CDC : courbe de charge. Én. : énergies. Détail : par consommateur."
)
ROLES = {"consumer": "conso.", "producer": "prod."}
PARTIES = {"organiser": "l'organisateur", "enedis": "Enedis"}
OPERATION_FILES = {"perimeter": "Périmètre", "synthesis": "Synthèse", "dynamic_keys": "Clés dynamiques"}
_PLACES = {
    "consumption": "Mesure", "production": "Mesure",
    "self_consumption": "Partage", "self_produced": "Partage",
    "complement": "Reste", "surplus": "Reste",
}  # fmt: skip
COLUMNS = (
    "Mesure\nCDC", "Partage\nCDC", "Reste\nCDC", "Mesure\nÉn.", "Partage\nÉn.", "Reste\nÉn.", "Détail",
)  # fmt: skip
MEASURED = ("consumption", "production")

OperationOption = Annotated[str | None, typer.Option(help="Cette opération seulement, par exemple ACC00000001.")]


class StatusFormat(StrEnum):
    """Ways in which `status` prints."""

    TABLE = "table"
    JSON = "json"


def status(
    home: HomeOption,
    on: Annotated[str | None, typer.Option(help="Jour considéré, AAAA-MM-JJ ; à défaut, aujourd'hui.")] = None,
    operation: OperationOption = None,
    periods: Annotated[int, typer.Option(min=1, help="Nombre de dernières périodes à montrer.")] = 6,
    ahead: Annotated[int, typer.Option(min=0, help="Nombre de jours d'avance pour lister les échéances.")] = 45,
    output: Annotated[StatusFormat, typer.Option("--format", help="Forme de la réponse.")] = StatusFormat.TABLE,
) -> None:
    """Show which expected files are there, which are refused, and the deadlines missed and ahead."""
    day = day_option(on) if on else datetime.now(PARIS).date()
    found = _read(home, day, operation, ahead)
    if output is StatusFormat.JSON:
        sys.stdout.write(_as_json(found, day) + "\n")
        return
    _show_operations(found["operations"], found["completeness"], periods)
    _show_refused(found["refused_files"])
    _show_deadlines(found["missed_deadlines"], found["deadlines_ahead"], day)


def calendar(
    home: HomeOption,
    out: Annotated[Path, typer.Option(help="Fichier à écrire, .ics.", dir_okay=False)],
    operation: OperationOption = None,
) -> None:
    """Write the deadlines as an .ics file that a calendar can subscribe to."""
    from energy_pipeline.follow_up import calendar_file

    with _publication(home) as connection:
        rows = warehouse.run(connection, "status/deadlines", operation_id=operation)
    if operation and rows.is_empty():
        raise fail(f"Aucune échéance connue pour l'opération {operation}.")
    out.write_bytes(calendar_file(rows))
    console.print(f"Calendrier : {out} ({rows.height} échéances)", soft_wrap=True)


def due(
    event: Annotated[str, typer.Argument(metavar="ÉVÉNEMENT", help="Sorte d'échéance ; « list » les montre toutes.")],
    on: Annotated[str | None, typer.Argument(metavar="JOUR", help="Jour de l'événement, AAAA-MM-JJ.")] = None,
    post_code: Annotated[
        str | None, typer.Option(help="Code postal de la commune : l'Alsace-Moselle a plus de jours fériés.")
    ] = None,
) -> None:
    """Tell until when the convention gives after an event: a suspension, a complaint, a request of Enedis…"""

    if event == "list":
        _show_rules()
        return
    if event not in RULES:
        raise fail(f"Échéance inconnue : « {event} ». Liste : « energy-pipeline due list ».")
    if on is None:
        raise fail(f"Donner le jour de l'événement ({RULES[event].event}), AAAA-MM-JJ.")
    deadline = after_event(event, day_option(on), post_code)
    console.print(
        f"Au plus tard le {deadline.due_on:%d/%m/%Y} ({cited(deadline.article)}) : {deadline.description}",
        markup=False,
        soft_wrap=True,
    )


def _show_rules() -> None:
    table = Table(Column("Échéance", no_wrap=True), "Délai", "Article", box=None, pad_edge=False)
    for rule in RULES.values():
        days = abs(rule.days)
        unit = ("jour ouvré" if days == 1 else "jours ouvrés") if rule.unit == "working" else "jour" + "s" * (days > 1)
        side = "avant" if rule.days < 0 else "après"
        table.add_row(rule.kind, f"{days} {unit} {side} : {rule.event} (par {PARTIES[rule.party]})", rule.article)
    console.print(table)


@contextmanager
def _publication(home: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    with clear_errors(), warehouse.connect(Home(home).publication, read_only=True) as connection:
        yield connection


def _read(home: Path, day: date, operation: str | None, ahead: int) -> dict[str, pl.DataFrame]:
    about = {"operation_id": operation}
    with _publication(home) as connection:
        found = {
            name: warehouse.run(connection, f"status/{name}", **about)
            for name in ("operations", "completeness", "refused_files")
        }
        if operation and found["operations"].is_empty():
            raise fail(f"Opération inconnue : {operation}.")
        found["missed_deadlines"] = warehouse.run(connection, "status/missed_deadlines", day=day, **about)
        found["deadlines_ahead"] = warehouse.run(
            connection, "status/deadlines_ahead", day=day, last_day=day + timedelta(days=ahead), **about
        )
    is_awaited = (
        (pl.col("status") == "missing")
        & ~pl.col("series").is_in(MEASURED).fill_null(False)
        & pl.col("kind").is_in(["curve", "energy", "exchange", "synthesis"])
        & (pl.col("results_due_on") >= day).fill_null(False)
    )
    found["completeness"] = found["completeness"].with_columns(
        status=pl.when(is_awaited).then(pl.lit("awaited")).otherwise("status")
    )
    return found


def _as_json(found: dict[str, pl.DataFrame], day: date) -> str:
    return json.dumps(
        {"day": day, **{name: rows.to_dicts() for name, rows in found.items()}},
        ensure_ascii=False,
        default=str,
        indent=1,
    )


def _show_operations(operations: pl.DataFrame, cells: pl.DataFrame, count: int) -> None:
    for operation_id, name in operations.iter_rows():
        console.print(f"\n{operation_id} — {name or 'sans nom'}", style="bold", markup=False)
        own = cells.filter(pl.col("operation_id") == operation_id)
        starts = own["period_start"].unique().sort().tail(count).to_list()
        shown = own.filter(pl.col("period_start").is_in(starts))
        if shown.is_empty():
            console.print("Aucune période connue.")
            continue
        ends = shown["period_end"].sort()
        console.print(f"Périodes du {starts[0]:%d/%m/%Y} au {ends[-1]:%d/%m/%Y}")
        _show_matrix(shown, starts)
    if not operations.is_empty():
        console.print(LEGEND, style="dim", markup=False)


def _show_matrix(cells: pl.DataFrame, starts: list[date]) -> None:
    """Print the participants' files as a table, and those of the operation on a line below."""
    of_participants: dict[tuple[str, str], dict[str, dict[date, str]]] = {}
    of_operation: dict[str, dict[date, str]] = {}
    for row in cells.iter_rows(named=True):
        sign = SIGNS[row["status"]]
        if row["prm"] is None:
            of_operation.setdefault(OPERATION_FILES[row["kind"]], {})[row["period_start"]] = sign
            continue
        files = of_participants.setdefault((row["role"], row["prm"]), {})
        files.setdefault(_column(row["kind"], row["series"]), {})[row["period_start"]] = sign
    columns = [column for column in COLUMNS if any(column in files for files in of_participants.values())]
    table = Table(*(Column(title, no_wrap=True) for title in ("PRM", "Rôle", *columns)), box=None, pad_edge=False)
    for (role, prm), files in sorted(of_participants.items()):
        table.add_row(prm, ROLES[role], *(_signs(files.get(column, {}), starts) for column in columns))
    console.print(table)
    if of_operation:
        console.print("   ".join(f"{title} {_signs(signs, starts)}" for title, signs in of_operation.items()))


def _column(kind: str, series: str) -> str:
    return "Détail" if kind == "exchange" else f"{_PLACES[series]}\n{'CDC' if kind == 'curve' else 'Én.'}"


def _signs(signs: dict[date, str], starts: list[date]) -> str:
    return "".join(signs.get(start, "·") for start in starts)


def _show_refused(refused: pl.DataFrame) -> None:
    console.print(f"\nFichiers refusés : {refused.height or 'aucun'}", style="bold")
    for row in refused.iter_rows(named=True):
        where = [
            title.format(row[name])
            for title, name in (
                ("ligne {}", "reason_line"),
                ("colonne « {} »", "reason_column"),
                ("valeur « {} »", "reason_value"),
            )
            if row[name] is not None
        ]
        console.print(
            f"{row['path']} — {row['reason']}" + (f" ({', '.join(where)})" if where else ""),
            markup=False,
            soft_wrap=True,
        )


def _show_deadlines(missed: pl.DataFrame, ahead: pl.DataFrame, day: date) -> None:
    console.print(
        f"\nÉchéances dépassées au {day:%d/%m/%Y}, sans fichier qui les montre tenues : {missed.height or 'aucune'}",
        style="bold",
    )
    grouped = missed.group_by("operation_id", "kind", maintain_order=True).agg(
        pl.col("title", "party", "article", "due_on", "description").first(),
        pl.len().alias("count"),
        pl.col("period_end").max(),
        pl.col("period_start").min(),
    )
    for row in grouped.iter_rows(named=True):
        about = (
            row["description"]
            if row["count"] == 1
            else f"{row['title']}, {row['count']} périodes du {row['period_start']:%d/%m/%Y} "
            f"au {row['period_end']:%d/%m/%Y}."
        )
        _show_line(row, f"depuis le {row['due_on']:%d/%m/%Y}", about)
    console.print(f"\nÉchéances à venir : {ahead.height or 'aucune'}", style="bold")
    for row in ahead.iter_rows(named=True):
        _show_line(row, f"le {row['due_on']:%d/%m/%Y}", row["description"])


def _show_line(row: dict[str, object], when: str, about: object) -> None:
    party = PARTIES[str(row["party"])]
    console.print(
        f"{row['operation_id']} {when}, par {party} ({cited(str(row['article']))}) : {about}",
        markup=False,
        soft_wrap=True,
    )
