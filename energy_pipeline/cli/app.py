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
from energy_pipeline.settings import Home

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)


@app.callback()
def energy_pipeline() -> None:
    """Check French collective self-consumption: curves, splits, bills, and the euros to claim."""


@app.command()
def demo(
    out: Annotated[Path, typer.Option(help="Folder of the inbox to make.")],
    operations: Annotated[int, typer.Option(min=1)] = 3,
    consumers: Annotated[int, typer.Option(min=1)] = 8,
    producers: Annotated[int, typer.Option(min=1)] = 2,
    months: Annotated[int, typer.Option(min=1)] = 3,
    first: Annotated[str, typer.Option(help="First month, AAAA-MM.")] = "2025-09",
    seed: int = 2025,
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


@app.command()
def run(
    inbox: InboxOption,
    home: HomeOption,
    rebuild: Annotated[
        bool, typer.Option("--rebuild", help="Erase the private warehouse first, read the whole inbox again.")
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
        months = run_pipeline(inbox.resolve(), folders.root, announce=console.print, rebuild=rebuild)
        if landing.is_empty(inbox) and not folders.publication.exists():
            console.print("La boîte de dépôt est vide : rien à traiter.")
            raise typer.Exit
        refused = results.show(console, folders, months)
    raise typer.Exit(SOME_REFUSED if refused else 0)


app.command("fetch")(mailbox.fetch)
app.command("send")(send.send)
app.command("sql")(query.sql)
app.command("shell")(shell.shell)
app.command("export")(privacy.export)
app.command("forget")(forget.forget)
app.command("explain")(explain.explain)
app.command("history")(history.history)
app.command("compare")(history.compare)
app.command("ui")(serve.ui)
app.command("status")(status.status)
app.command("calendar")(status.calendar)
app.command("due")(status.due)
app.command("explain")(explain.explain)
app.command("bill")(bills.bill)
app.command("rates")(bills.rates)
app.command("claims")(claims.claims)
app.add_typer(keys.app, name="keys")
app.add_typer(annexe2.app, name="annexe2")
app.add_typer(annexe6.app, name="annexe6")


if __name__ == "__main__":
    app()
