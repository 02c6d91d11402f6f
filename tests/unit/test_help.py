"""The help of the commands: French, complete."""

import re
from collections.abc import Iterator
from typing import Any

import typer

from energy_pipeline.cli import app

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
