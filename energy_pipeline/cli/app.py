"""The application: the pipeline itself (`demo`, `run`, `ui`) and the other groups of commands."""

from pathlib import Path
from typing import Annotated

import typer

from energy_pipeline.cli import (
    annexe2,
    annexe6,
    bills,
    claims,
    explain,
    forget,
    history,
    keys,
    mailbox,
    privacy,
    query,
    send,
    serve,
    shell,
    status,
)
from energy_pipeline.cli.console import (
    SOME_REFUSED,
    HomeOption,
    InboxOption,
    clear_errors,
    console,
    fail,
    month_option,
)
from energy_pipeline.cli.progress import shown
from energy_pipeline.cli.words import App
from energy_pipeline.settings import Home

app = App(add_completion=False, pretty_exceptions_enable=False)


@app.callback(help="Contrôler l'autoconsommation collective : courbes, répartition, factures, euros à réclamer.")
def energy_pipeline() -> None:
    """Check French collective self-consumption: curves, splits, bills, and the euros to claim."""


@app.command(help="Fabriquer une boîte de dépôt fictive ; les anomalies semées sont listées à côté.")
def demo(
    out: Annotated[Path, typer.Option(help="Dossier de la boîte de dépôt à fabriquer.")],
    operations: Annotated[int, typer.Option(min=1, help="Nombre d'opérations.")] = 3,
    consumers: Annotated[int, typer.Option(min=1, help="Consommateurs par opération.")] = 8,
    producers: Annotated[int, typer.Option(min=1, help="Producteurs par opération.")] = 2,
    months: Annotated[int, typer.Option(min=1, help="Nombre de mois.")] = 3,
    first: Annotated[str, typer.Option(help="Premier mois, AAAA-MM.")] = "2025-09",
    seed: Annotated[int, typer.Option(help="Graine du hasard : la même donne les mêmes fichiers.")] = 2025,
) -> None:
    """Make a fictitious inbox: same options, same bytes. Its seeded anomalies are listed beside it."""
    from energy_pipeline.demo.generate import generate

    first_month = month_option(first)
    if out.exists() and any(out.iterdir()):
        raise fail(f"Le dossier {out} n'est pas vide : choisir un autre dossier, ou l'effacer.")
    with console.status("Fabrication de la boîte de dépôt de démonstration…"):
        generate(
            out,
            operations=operations,
            consumers=consumers,
            producers=producers,
            months=months,
            first=first_month,
            seed=seed,
        )
    console.print(f"Boîte de dépôt : {out} — anomalies semées : {out.parent / (out.name + '_anomalies.csv')}")


@app.command(
    help="Lire ce qui est nouveau, recalculer, publier, écrire les rapports. Code 3 : des fichiers sont refusés."
)
def run(
    inbox: InboxOption,
    home: HomeOption,
    rebuild: Annotated[
        bool, typer.Option("--rebuild", help="Effacer d'abord l'entrepôt privé et relire toute la boîte de dépôt.")
    ] = False,
) -> None:
    """Land what is new, recompute the months that it touches, publish, report. Exit 3: some files were refused."""
    if not inbox.is_dir():
        raise fail(f"La boîte de dépôt {inbox} n'existe pas.")
    from assets.launch import RunError, run_pipeline
    from energy_pipeline import landing
    from energy_pipeline.cli import results

    folders = Home(home.resolve())
    with clear_errors(RunError):
        with shown(console) as progress:
            months = run_pipeline(
                inbox.resolve(), folders.root, announce=console.print, progress=progress, rebuild=rebuild
            )
        if landing.is_empty(inbox) and not folders.publication.exists():
            console.print("La boîte de dépôt est vide : rien à traiter.")
            raise typer.Exit
        refused = results.show(console, folders, months)
    raise typer.Exit(SOME_REFUSED if refused else 0)


app.command(
    "fetch", help="Copier les nouveaux messages de la boîte aux lettres dans la boîte de dépôt ; rien n'y est effacé."
)(mailbox.fetch)
app.command(
    "send", help="Envoyer les rapports à leurs destinataires, chaque version une fois. Code 1 : des envois ont échoué."
)(send.send)
app.command(
    "sql", help="Exécuter du SQL sur la publication, en lecture seule ; les tables de `marts` se nomment sans préfixe."
)(query.sql)
app.command(
    "shell", help="Ouvrir un interpréteur SQL sur la publication, en lecture seule : .tables, .schema TABLE, .quit."
)(shell.shell)
app.command(
    "export",
    help="Écrire les tables publiées en Parquet, sous pseudonymes stables ; la clé de ceux-ci reste chez vous.",
)(privacy.export)
app.command(
    "forget",
    help="Oublier le titulaire d'un point (RGPD, article 17) : ce qui est effacé, ce qui est gardé et pourquoi.",
)(forget.forget)
app.command(
    "history",
    help="Lister les publications passées, et celles qui sont gardées pour `compare`, `sql --at` et `shell --at`.",
)(history.history)
app.command("compare", help="Comparer deux publications : chiffres changés, constats apparus, disparus ou changés.")(
    history.compare
)
app.command("ui", help="Servir l'interface de Dagster, avec le démon qui exécute planifications et détecteurs.")(
    serve.ui
)
app.command("status", help="Montrer les fichiers reçus, manquants et refusés, les échéances passées et à venir.")(
    status.status
)
app.command("calendar", help="Écrire les échéances dans un fichier .ics pour un agenda.")(status.calendar)
app.command(
    "due",
    help="Dire jusqu'à quand la convention laisse après un événement : suspension, réclamation, demande d'Enedis…",
)(status.due)
app.command("explain", help="Dire d'où vient un constat ou un chiffre : fichiers, lignes, clés, règle et son article.")(
    explain.explain
)
app.command(
    "bill",
    help="Montrer une facture face aux courbes, ses constats et ses contrôles : facturé, attendu, source.",
)(bills.bill)
app.command(
    "rates", help="Montrer les barèmes réglementés d'un jour, avec leur référence ; aucun n'est jamais extrapolé."
)(bills.rates)
app.command(
    "claims",
    help="Lister ce qui peut être réclamé, et suivre ce qui l'a été ; avec --out, écrire chaque lettre (.docx, PDF) et "
    "son classeur (.xlsx).",
)(claims.claims)
app.add_typer(keys.app, name="keys")
app.add_typer(annexe2.app, name="annexe2")
app.add_typer(annexe6.app, name="annexe6")


if __name__ == "__main__":
    app()
