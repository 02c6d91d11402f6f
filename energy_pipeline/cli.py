"""Command line: `energy-pipeline demo | run | sql | ui`. It launches the real jobs and prints what they made."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from energy_pipeline import terminal, warehouse
from energy_pipeline.settings import PROJECT, Home

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, help=__doc__)
console = Console(highlight=False)
errors = Console(stderr=True, highlight=False)

FAILED, SOME_REFUSED = 1, 3

InboxOption = Annotated[Path, typer.Option(help="Folder of the files received.", file_okay=False)]
HomeOption = Annotated[Path, typer.Option(help="Folder of the installation.", file_okay=False)]


class TableFormat(StrEnum):
    """Ways in which `sql` prints rows."""

    TABLE = "table"
    CSV = "csv"
    JSON = "json"
    PARQUET = "parquet"


def _month(text: str) -> date:
    try:
        return datetime.strptime(text, "%Y-%m").date()  # noqa: DTZ007
    except ValueError as error:
        raise typer.BadParameter(f"« {text} » : un mois s'écrit AAAA-MM, par exemple 2025-09.") from error


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
    from energy_pipeline.demo import generate

    first_month = _month(first)
    if out.exists() and any(out.iterdir()):
        errors.print(f"Le dossier {out} n'est pas vide : choisir un autre dossier, ou l'effacer.")
        raise typer.Exit(FAILED)
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
def run(inbox: InboxOption, home: HomeOption) -> None:
    """Land what is new, recompute the months that it touches, publish, report. Exit 3: some files were refused."""
    from assets.launch import RunError, run_pipeline

    if not inbox.is_dir():
        errors.print(f"La boîte de dépôt {inbox} n'existe pas.")
        raise typer.Exit(FAILED)
    try:
        months = run_pipeline(inbox.resolve(), home.resolve(), announce=console.print)
    except RunError as error:
        errors.print(str(error), markup=False)
        raise typer.Exit(FAILED) from error
    with _clear_errors():
        refused = terminal.show(console, Home(home.resolve()), months)
    raise typer.Exit(SOME_REFUSED if refused else 0)


@app.command()
def sql(
    query: Annotated[str, typer.Argument(help="Statement to run on the publication.")],
    home: HomeOption,
    output: Annotated[TableFormat, typer.Option("--format")] = TableFormat.TABLE,
) -> None:
    """Run SQL on the publication, read-only."""
    import duckdb

    with _clear_errors(), warehouse.connect(Home(home).publication, read_only=True) as connection:
        connection.execute("SET schema = 'marts'")
        try:
            result = connection.sql(query)
        except duckdb.Error as error:
            errors.print(f"La requête est refusée : {error}", markup=False)
            raise typer.Exit(FAILED) from error
        if result is None:
            return
        match output:
            case TableFormat.TABLE:
                result.show(max_rows=1000, max_width=console.width if console.is_terminal else 10_000)
            case TableFormat.CSV:
                sys.stdout.write(result.pl().write_csv())
            case TableFormat.JSON:
                sys.stdout.write(result.pl().write_json() + "\n")
            case TableFormat.PARQUET:
                result.pl().write_parquet(sys.stdout.buffer)


@app.command()
def ui(inbox: InboxOption, home: HomeOption, port: int = 3000) -> None:
    """Serve Dagster's UI on 127.0.0.1, with the daemon that runs schedules, sensors and backfills."""
    from assets.launch import prepare_environment

    prepare_environment(inbox.resolve(), home.resolve())
    workspace = str(PROJECT / "workspace.yaml")
    tools = Path(sys.executable).parent
    console.print(f"Dagster : http://127.0.0.1:{port} (Ctrl-C pour arrêter)")
    commands = (
        [str(tools / "dagster-webserver"), "-h", "127.0.0.1", "-p", str(port), "-w", workspace],
        [str(tools / "dagster-daemon"), "run", "-w", workspace],
    )
    processes = [subprocess.Popen(command, cwd=PROJECT, env=os.environ) for command in commands]
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    try:
        processes[0].wait()
    except KeyboardInterrupt:
        pass
    finally:
        for process in processes:
            process.terminate()
        for process in processes:
            process.wait()


@contextmanager
def _clear_errors() -> Iterator[None]:
    try:
        yield
    except warehouse.WarehouseError as error:
        errors.print(str(error), markup=False)
        raise typer.Exit(FAILED) from error


if __name__ == "__main__":
    app()
