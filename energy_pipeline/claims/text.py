"""From the text of a template to the blocks of a letter."""

import re
from collections.abc import Mapping
from typing import Any

from jinja2 import Environment, StrictUndefined

from energy_pipeline.claims.model import Block, Table, Text
from energy_pipeline.french import typographic

_TABLE = re.compile(r"\[\[(\w+)\]\]")
_BOLD = re.compile(r"\*\*(.+?)\*\*")


def one_line(value: object) -> object:
    """Return a text of others without line breaks, control characters or marks of ours; other values as they are."""
    if not isinstance(value, str):
        return value
    printable = "".join(letter if letter.isprintable() or letter in "\u00a0\u202f" else " " for letter in value)
    return re.sub(r"[ \t]+", " ", printable).replace("**", "").replace("[[", "[").strip()


_ENVIRONMENT = Environment(undefined=StrictUndefined, finalize=one_line, autoescape=False)


def render(template: str, facts: Mapping[str, Any]) -> str:
    """Return `template` with its facts, in French typography. UndefinedError when a fact is not known."""
    return typographic(_ENVIRONMENT.from_string(template).render(facts).strip())


def blocks(template: str, facts: Mapping[str, Any], tables: Mapping[str, Table]) -> tuple[Block, ...]:
    """Return the blocks of a template: headings `##`, items `-`, `[[tables]]`, and paragraphs."""
    written = re.split(r"\n\s*\n", render(template, facts))
    return tuple(_block(part.strip(), tables) for part in written if part.strip())


def _block(written: str, tables: Mapping[str, Table]) -> Block:
    if found := _TABLE.fullmatch(written):
        return tables[found[1]]
    for mark, kind in (("## ", "heading"), ("- ", "item")):
        if written.startswith(mark):
            return Text(kind, " ".join(written.removeprefix(mark).split("\n")))  # type: ignore[arg-type]
    return Text("paragraph", " ".join(written.split("\n")))


def runs(text: str) -> list[tuple[str, bool]]:
    """Return the parts of a text, and whether each is bold."""
    parts = _BOLD.split(text)
    return [(part, position % 2 == 1) for position, part in enumerate(parts) if part]
