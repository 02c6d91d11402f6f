"""The command `forget`: what is held about who holds a point, and its erasure."""

import re
from datetime import datetime
from itertools import groupby
from typing import TYPE_CHECKING, Annotated

import typer

from energy_pipeline.cli.console import HomeOption, InboxOption, clear_errors, console, fail
from energy_pipeline.periods.grid import PARIS
from energy_pipeline.settings import Home
from energy_pipeline.tables.columns import PRM_PATTERN

if TYPE_CHECKING:
    from energy_pipeline.privacy import Held, InboxFile


def forget(
    prm: Annotated[str, typer.Argument(metavar="PRM", help="Point dont le titulaire doit être oublié, 14 chiffres.")],
    inbox: InboxOption,
    home: HomeOption,
    erase: Annotated[
        bool,
        typer.Option("--erase", help="Effacer ; sans cette option, ce qui serait effacé et gardé est seulement listé."),
    ] = False,
) -> None:
    """Forget who holds a point (GDPR, article 17): list what is erased, kept and why; with --erase, do it for good."""
    if not re.fullmatch(PRM_PATTERN, prm):
        raise typer.BadParameter(f"« {prm} » : un PRM s'écrit en 14 chiffres.")
    if not inbox.is_dir():
        raise fail(f"La boîte de dépôt {inbox} n'existe pas.")
    from assets.launch import RunError, run_pipeline
    from assets.lock import alone
    from energy_pipeline import privacy
    from energy_pipeline.claims import SentError
    from energy_pipeline.publication import keep_only_current

    folders = Home(home.resolve())
    with clear_errors(privacy.PrivacyError, RunError, SentError):
        held = privacy.find(folders, prm)
        is_forgotten = (known := privacy.forgotten(folders.root)) is not None and known(prm) is not None
        is_held = bool(held.rows or held.words.own or held.words.shared)
        if not is_held and not is_forgotten:
            raise fail(f"Aucune ligne de {folders.root} ne parle du point {prm}.")
        _show(held)
        if (folders.root / "outbox").exists():
            console.print(
                "\nLes rapports déjà envoyés par mail repartiront, rectifiés : leurs lecteurs sont à prévenir (RGPD, "
                "article 19)."
            )
        if not erase:
            console.print("\nRien n'est effacé : ajouter --erase pour le faire. C'est sans retour.", style="bold")
            return
        if is_held:
            with alone(folders):
                privacy.erase(folders, held, datetime.now(PARIS).date())
        run_pipeline(inbox.resolve(), folders.root, announce=console.print)
        keep_only_current(folders)
        left = privacy.remaining(folders, held.words)
    console.print(f"\nEffacé. Le point est désormais le {held.words.stand_in}.", style="bold")
    if left:
        listed = "\n".join(f"  {path}" for path in left)
        raise fail(f"Ces fichiers du dossier disent encore qui c'était, à supprimer ou à corriger :\n{listed}")


def _show(held: "Held") -> None:
    told = held.words
    _title(f"Point {told.prm}")
    for operation, role, start, end in held.stays:
        until = f"jusqu'au {end:%d/%m/%Y} exclu" if end else "toujours présent : notifier d'abord sa sortie (§3.2.2)"
        console.print(f"  {operation}, {'producteur' if role == 'producer' else 'consommateur'} "
                      f"du {start:%d/%m/%Y}, {until}", markup=False)  # fmt: skip
    _title("Effacé : ce qui dit qui c'est")
    for word in sorted(told.own):
        console.print(f"  {word}", markup=False)
    for word in sorted(told.shared):
        console.print(f"  {word} (pour ce point seulement : d'autres points le portent aussi)", markup=False)
    console.print(
        f"  dans l'entrepôt, la publication, {len(held.databases) - 1} publication(s) conservée(s), rapports, "
        f"quarantaine, journaux, envois des réclamations ; le numéro du point devient {told.stand_in}",
        markup=False,
    )
    _title("Conservé sous ce numéro, sans nom ni adresse")
    for line in _kept(held):
        console.print(f"  {line}", markup=False)
    _title("Boîte de dépôt : jamais modifiée par ce programme, relue sous le nouveau numéro")
    for advice, files in groupby(sorted(held.files, key=_advice), _advice):
        console.print(f"  {advice} :", markup=False, soft_wrap=True)
        for file in files:
            console.print(f"    {file.path}{_lines(file)}", markup=False, soft_wrap=True)


def _title(words: str) -> None:
    console.print(f"\n{words}", style="bold", markup=False)


def _kept(held: "Held") -> list[str]:
    energies = sum(held.rows.get(name, 0) for name in ("curve", "energy", "exchange", "synthesis", "dynamic_key"))
    accounts = sum(held.rows.get(name, 0) for name in ("invoice_row", "annual_site", "portal_invoice", "reading"))
    kept = [
        f"{energies} courbes et énergies : les totaux et les parts des autres en dépendent (RGPD, article 17.3 e)",
        f"{accounts} lignes de factures et de relevés : pièces comptables, dix ans (code de commerce, L123-22 ; "
        "RGPD, article 17.3 b)",
    ]
    if held.claimed_eur:
        kept.append(f"{held.claimed_eur} € de constats à réclamer : envoyer d'abord les lettres, le nom n'y sera plus")
    return kept


def _lines(file: "InboxFile") -> str:
    if not file.lines:
        return ""
    shown = ", ".join(map(str, file.lines[:5]))
    return f", ligne{'s' if len(file.lines) > 1 else ''} {shown}{'…' if len(file.lines) > 5 else ''}"


def _advice(file: "InboxFile") -> str:
    from energy_pipeline.privacy import ACCOUNTS, ENERGIES

    if file.kind in ENERGIES:
        return "À garder tant que la répartition peut être contestée (ne disent que le numéro du point)"
    if file.kind in ACCOUNTS:
        return "À garder dix ans, pièces comptables"
    return "À corriger (un tiret à la place du nom, de l'adresse, du mail), ou à supprimer s'ils ne servent plus"
