"""The help of the commands: French, complete."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.testing import CliRunner

from energy_pipeline.cli import app
from energy_pipeline.cli.words import french

ENGLISH = re.compile(
    r"\b(the|of|and|or|to|in|is|are|with|this|that|from|which|what|only|write|show|day|month|by)\b", re.I
)


def texts(command: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """Yield each command, each option and its help."""
    yield path, command.help or ""
    for parameter in command.params:
        if parameter.name != "help":
            yield f"{path} {parameter.opts[-1]}", getattr(parameter, "help", "") or ""
    for name, below in getattr(command, "commands", {}).items():
        yield from texts(below, f"{path} {name}")


def words(help_text: str) -> str:
    """Return the text without what is typed as it is: names of commands, options and tables."""
    return re.sub(r"`[^`]*`|--[\w-]+|\S*[._]\S*\w|«[^»]*»", "", help_text)


def test_every_command_and_option_has_help_in_french():
    told = dict(texts(typer.main.get_command(app)))
    assert len(told) > 80
    assert [name for name, said in told.items() if not said.strip()] == []
    assert {name: said for name, said in told.items() if ENGLISH.search(words(said))} == {}


def test_english_would_be_seen():
    assert ENGLISH.search(words("Folder of the files received."))
    assert not ENGLISH.search(words("Dossier des fichiers reçus, voir `what to do`."))


FRAMEWORK = re.compile(
    r"\b(required|default|show|exit|commands?|error|try|missing|invalid|value|input|should|such|got|unexpected|requires|"
    r"str|int|float|bool|dir|path|range)\b|Usage: |Arguments:|<file>|ARGS",
    re.I,
)
"""What Typer writes by itself."""
TYPED = re.compile(r"--[\w-]+|«[^»]*»|`[^`]*`|<[\w|-]*default[\w|-]*>|\[par défaut : [^\]]*\]")
"""What is typed as it is: names of options, choices and default values."""


def said(*arguments: str) -> str:
    """Return what the command says, its frames and line ends aside."""
    done = CliRunner().invoke(app, arguments, env={"COLUMNS": "300", "TERMINAL_WIDTH": "300"})
    return " ".join(re.sub(r"[─╭╮╰╯│]", " ", done.output).split())


def commands(command: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    yield path
    for name, below in getattr(command, "commands", {}).items():
        yield from commands(below, (*path, name))


@pytest.mark.parametrize("path", list(commands(typer.main.get_command(app))), ids=" ".join)
def test_no_help_page_holds_a_word_of_the_framework(path: tuple[str, ...]):
    page = said(*path, "--help")
    assert page.startswith("Usage : ")
    assert "--help Montrer cette aide." in page
    assert FRAMEWORK.findall(TYPED.sub("", page)) == []


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("run", "Il manque --inbox."),
        ("sql", "Il manque REQUÊTE."),
        ("runn", "Commande inconnue : runn. Voulez-vous dire 'run' ?"),
        ("keys zzz", "Commande inconnue : zzz."),
        ("annexe6 export --home . --nothing", "Option inconnue : --nothing. Voulez-vous dire --month, --operation ?"),
        ("status --zzz", "Option inconnue : --zzz."),
        ("run --inbox", "L'option --inbox attend une valeur."),
        ("run --rebuild=yes", "L'option --rebuild ne prend pas de valeur."),
        ("sql --home . a b", "De trop : b."),
        ("ui --port a --inbox . --home .", "--port : un nombre entier est attendu."),
        ("keys propose --scale a --home . --operation a", "--scale : un nombre est attendu."),
        ("demo --out . --months 0", "--months : au moins 1."),
        ("demo --out . --first 2025", "« 2025 » : un mois s'écrit AAAA-MM, par exemple 2025-09."),
        ("ui --part a --inbox . --home .", "--part : « a » n'est pas l'un de 'all', 'web', 'daemon'."),
        ("annexe2 check nowhere.xlsx", "FICHIER : « nowhere.xlsx » n'existe pas."),
        ("keys check --home . .", "FICHIER : « . » est un dossier, non un fichier."),
        (f"status --home {__file__}", f"--home : « {__file__} » est un fichier, non un dossier."),
    ],
)
def test_what_is_typed_wrong_is_said_in_french(typed: str, told: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)
    answer = said(*typed.split())
    assert answer.endswith(f"Erreur {told}")
    assert FRAMEWORK.findall(TYPED.sub("", answer)) == []
    assert CliRunner().invoke(app, typed.split()).exit_code == 2


def test_without_a_command_the_help_is_shown_once():
    done = CliRunner().invoke(app, [])
    assert (done.output.count("Usage :"), done.exit_code) == (1, 2)
    assert "Erreur" not in done.output


def test_what_looks_like_an_option_is_told_whole():
    assert french("No such option: -- SELECT 1 a\\x0b") == "Option inconnue : -- SELECT 1 a\\x0b."
    assert french("No such command 'it's'.") == "Commande inconnue : it's."


def test_what_is_not_known_is_said_as_it_comes():
    assert french("Something that a later Typer says.") == "Something that a later Typer says."
