"""The words of Typer in French: help pages, and what it says of a command that is typed wrong.

Typer translates none of its errors and takes no catalogue: the titles are settings of `rich_utils`, the rest passes
through the classes of the commands, which `App` gives to all of them.
"""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import typer
from typer import core, rich_utils

from energy_pipeline.cli.outside import clear_outside_errors

if TYPE_CHECKING:
    _Base = core.TyperCommand
else:
    _Base = object

rich_utils.DEFAULT_STRING = "[par défaut : {}]"
rich_utils.REQUIRED_LONG_STRING = "[obligatoire]"
rich_utils.COMMANDS_PANEL_TITLE = "Commandes"
rich_utils.ERRORS_PANEL_TITLE = "Erreur"
rich_utils.ABORTED_TEXT = "Interrompu."
rich_utils.RICH_HELP = "Aide : [blue]{command_path} {help_option}[/]"

_TYPES = {
    "bool": "", "str": "texte", "int": "entier", "float": "nombre", "dir": "dossier", "file": "fichier",
    "path": "chemin", "list[str]": "texte", "list[Path]": "fichier", "int range": "entier", "float range": "nombre",
}  # fmt: skip
"""Types of values, as Typer names them; an option without a value shows none."""
_ERRORS: Mapping[str, str] = {
    r"Missing (?:option|argument) '(.*?)'\.(?: Choose from:\s*(.*))?": r"Il manque \1. \2",
    r"Missing command\.": "Il manque une commande.",
    r"No such command '(.*)'\.": r"Commande inconnue : \1.",
    r"No such command '(.*)'\. Did you mean (.*)\?": r"Commande inconnue : \1. Voulez-vous dire \2 ?",
    r"No such option: (.*) \(Possible options: (.*)\)": r"Option inconnue : \1. Voulez-vous dire \2 ?",
    r"No such option: (.*)": r"Option inconnue : \1.",
    r"Option '(.*?)' requires an argument\.": r"L'option \1 attend une valeur.",
    r"Option '(.*?)' does not take a value\.": r"L'option \1 ne prend pas de valeur.",
    r"Got unexpected extra argument\(s\) \((.*)\)": r"De trop : \1.",
    r"Invalid value: (.*)": r"\1",
    r"Invalid value for '(.*?)': Input should be a valid integer.*": r"\1 : un nombre entier est attendu.",
    r"Invalid value for '(.*?)': Input should be a valid number.*": r"\1 : un nombre est attendu.",
    r"Invalid value for '(.*?)': Input should be greater than or equal to (.*)": r"\1 : au moins \2.",
    r"Invalid value for '(.*?)': Value error, '(.*?)' is not one of (.*)\.": r"\1 : « \2 » n'est pas l'un de \3.",
    r"Invalid value for '(.*?)': \w+ '(.*)' does not exist\.": r"\1 : « \2 » n'existe pas.",
    r"Invalid value for '(.*?)': \w+ '(.*)' is a file\.": r"\1 : « \2 » est un fichier, non un dossier.",
    r"Invalid value for '(.*?)': \w+ '(.*)' is a directory\.": r"\1 : « \2 » est un dossier, non un fichier.",
    r"Invalid value for '(.*?)': \w+ '(.*)' is not readable\.": r"\1 : « \2 » ne peut pas être lu.",
}
"""What Typer says, whole, as patterns, the first that fits; what is not here is said as it comes."""


def french(message: str) -> str:
    """Return an error of Typer in French."""
    for english, said in _ERRORS.items():
        if found := re.fullmatch(english, message, re.DOTALL):
            return " ".join(found.expand(said).split())
    return message


def _translate(parameter: Any) -> None:
    """Show the type of a parameter in French. Typer has a setting for that of options only."""
    word = _TYPES.get(parameter.display_type(None).strip("<>"))
    if word is not None:
        vars(parameter)["display_type_rich"] = lambda ctx: f"<{word}>" if word else None


class UsageError(typer.BadParameter):
    """A command that is typed wrong; the message is whole."""

    def format_message(self) -> str:
        """Return the message as it is."""
        return self.message


@contextmanager
def _in_french() -> Iterator[None]:
    try:
        yield
    except UsageError:
        raise  # of a command below
    except typer.TyperException as error:
        said = error.format_message()
        if not said:  # nothing was typed: the help was shown
            raise
        raise UsageError(french(said), ctx=getattr(error, "ctx", None)) from error


class _French(_Base):
    """What a command and a group of commands say of themselves."""

    def __init__(self, *args: Any, **settings: Any) -> None:
        super().__init__(*args, **settings)
        for parameter in self.params:
            _translate(parameter)

    def format_usage(self, ctx: Any, formatter: Any) -> None:
        """Write the line of usage."""
        formatter.write_usage(ctx.command_path, " ".join(self.collect_usage_pieces(ctx)), prefix="Usage : ")

    def get_help_option(self, ctx: Any) -> Any:
        """Return the option `--help`."""
        option = super().get_help_option(ctx)
        if option is not None:
            option.help = "Montrer cette aide."
            _translate(option)
        return option


class Command(_French, core.TyperCommand):
    """A command in French."""

    def invoke(self, ctx: Any) -> Any:
        """Execute the command."""
        with clear_outside_errors():
            return super().invoke(ctx)


class Group(_French, core.TyperGroup):
    """A group of commands in French: what is typed wrong below it is said by it."""

    def __init__(self, *args: Any, **settings: Any) -> None:
        super().__init__(*args, **settings)
        self.subcommand_metavar = "COMMANDE [ARGUMENTS]..."

    def make_context(self, *args: Any, **settings: Any) -> Any:
        """Read the options of the group itself."""
        with _in_french():
            return super().make_context(*args, **settings)

    def invoke(self, ctx: Any) -> Any:
        """Read the command and its options, and execute it."""
        with _in_french():
            return super().invoke(ctx)


class App(typer.Typer):
    """An application, or a part of one, whose commands are in French; without arguments it shows its help."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(cls=Group, no_args_is_help=True, **settings)

    def command(self, name: str | None = None, **settings: Any) -> Any:
        """Return the decorator of a command."""
        return super().command(name, cls=Command, **settings)
