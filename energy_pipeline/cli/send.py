"""Command that mails the reports: `send`."""

import os
from collections import Counter
from collections.abc import Sequence
from datetime import date, datetime
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from energy_pipeline.cli.console import HomeOption, clear_errors, console, day_option, fail, month_option
from energy_pipeline.periods.grid import PARIS
from energy_pipeline.servers import SettingsError

if TYPE_CHECKING:
    from energy_pipeline.mail import Result


def send(
    home: HomeOption,
    month: Annotated[str | None, typer.Option(help="Les rapports de ce mois seulement, AAAA-MM.")] = None,
    dry_run: Annotated[
        Path | None, typer.Option(help="Écrire les mails en .eml dans ce dossier au lieu de les envoyer.")
    ] = None,
    alerts: Annotated[
        bool,
        typer.Option(
            "--alerts",
            help="Envoyer aussi les alertes : fichiers refusés, livraisons en retard, rappels.",
        ),
    ] = False,
    on: Annotated[
        str | None, typer.Option(help="Avec --alerts : jour considéré, AAAA-MM-JJ ; à défaut, aujourd'hui.")
    ] = None,
    retry_refused: Annotated[
        bool,
        typer.Option("--retry-refused", help="Réessayer les destinataires que le serveur a refusés définitivement."),
    ] = False,
) -> None:
    """Mail the reports to the recipients of each operation, each version once. Exit 1: some could not be sent.

    Without --month: the months since the first sending (at first, the latest one), and what corrects earlier ones.
    """
    from energy_pipeline import mail

    if dry_run is not None and dry_run.exists() and any(dry_run.iterdir()):
        raise fail(f"Le dossier {dry_run} n'est pas vide : choisir un autre dossier, ou l'effacer.")
    home = home.resolve()
    only = month_option(month) if month else None
    day = day_option(on) if on else _now().date()
    with clear_errors(mail.MailError, SettingsError):
        settings = mail.read_settings(home, os.environ) if dry_run is None else mail.preview_settings(home)
        months: Sequence[date] = [only] if only else mail.months_to_send(home, is_preview=dry_run is not None)
        messages = chain(mail.messages(home, months, settings), mail.notices(home, day, settings) if alerts else ())
        if dry_run is None:
            results = mail.deliver(home, messages, settings, clock=_now, retry_refused=retry_refused)
        else:
            results = mail.preview(home, messages, settings, dry_run, clock=_now)
    _show(results, months, dry_run, mail.settings_path(home))
    if any(result.status in {mail.Status.DEFERRED, mail.Status.REFUSED} for result in results):
        raise typer.Exit(1)


def _now() -> datetime:
    return datetime.now(PARIS)


def _show(results: "Sequence[Result]", months: Sequence[date], dry_run: Path | None, settled: Path) -> None:
    """Print what became of each message, what was already sent aside, then the counts; `settled`: mail.toml."""
    from energy_pipeline import mail

    if not results:
        said = ", ".join(f"{month:%m/%Y}" for month in months) or "aucun mois publié"
        console.print(f"Rien à envoyer ({said}) : aucune opération n'y déclare de destinataires.")
        return
    for result in results:
        if result.status != "already_sent":
            error = f" — {result.error}" if result.error else ""
            word = "À envoyer" if dry_run and not error else result.status.said
            line = f"{word} : {result.recipient}, {result.subject}{error}"
            console.print(line, markup=False, soft_wrap=True)
    counts = Counter(result.status for result in results)
    if dry_run is None:
        console.print(". ".join(f"{status.said} : {counts[status]}" for status in mail.Status if counts[status]) + ".")
    else:
        console.print(f"Essai : rien n'est parti. Messages écrits dans {dry_run}", markup=False, soft_wrap=True)
        if not settled.is_file():
            borrowed = f"{settled} n'existe pas : l'expéditeur, alerts_to et default_to sont ceux de l'exemple."
            console.print(borrowed, markup=False, soft_wrap=True)
    if counts[mail.Status.REFUSED_BEFORE]:
        console.print("Pour essayer de nouveau les destinataires refusés : --retry-refused.")
