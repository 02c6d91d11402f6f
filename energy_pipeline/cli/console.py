"""What the commands share: consoles, exit codes, options, and clear errors."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console, ConsoleOptions, RenderableType
from rich.segment import Segment

from energy_pipeline.warehouse import WarehouseError

_CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff]")
"""Names of files and sites are written by others: what would drive the terminal is shown as a mark."""


class PlainConsole(Console):
    """A console whose texts hold no control character, whatever is printed."""

    def render(self, renderable: RenderableType, options: ConsoleOptions | None = None) -> Iterator[Segment]:
        """Yield the segments of what is printed; only those that Rich itself makes for the terminal are kept as is."""
        for segment in super().render(renderable, options):
            yield segment if segment.control else Segment(_CONTROL.sub("\ufffd", segment.text), segment.style)


console = PlainConsole(highlight=False)
errors = PlainConsole(stderr=True, highlight=False)

FAILED, SOME_REFUSED = 1, 3

InboxOption = Annotated[Path, typer.Option(help="Dossier des fichiers reçus.", file_okay=False)]
HomeOption = Annotated[Path, typer.Option(help="Dossier où le logiciel écrit ses résultats.", file_okay=False)]


def fail(message: str) -> typer.Exit:
    """Print `message`, in French, on the error stream, and return the exit to raise."""
    errors.print(message, markup=False, soft_wrap=True)
    return typer.Exit(FAILED)


@contextmanager
def clear_errors(*known: type[Exception]) -> Iterator[None]:
    """Turn the errors that a user can mend into their message and exit code 1."""
    mended_by_the_user: tuple[type[Exception], ...] = (WarehouseError, *known)
    try:
        yield
    except mended_by_the_user as error:
        raise fail(str(error)) from error


def month_option(text: str) -> date:
    """Return the first day of a month written AAAA-MM."""
    try:
        return datetime.strptime(text, "%Y-%m").date()  # noqa: DTZ007
    except ValueError as error:
        raise typer.BadParameter(f"« {text} » : un mois s'écrit AAAA-MM, par exemple 2025-09.") from error


def day_option(text: str) -> date:
    """Return a day written AAAA-MM-JJ."""
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise typer.BadParameter(f"« {text} » : un jour s'écrit AAAA-MM-JJ, par exemple 2025-11-08.") from error
