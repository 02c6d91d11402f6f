"""The rules behind the checks and the figures: the catalogues of checks, and `data/reference/figures.toml`."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from energy_pipeline.reconciliation.finding import catalogue
from energy_pipeline.settings import REFERENCE
from energy_pipeline.tracing.model import Rule

PUBLISHED = "published_"


@dataclass(frozen=True)
class FigureRule:
    """What a figure is, in French; the series of curves that it rests on; the mart and column that it adds up."""

    title: str
    rule: Rule
    inputs: tuple[str, ...]
    published: tuple[str, ...]
    parts: tuple[str, str] | None


def of_check(name: str) -> Rule:
    """Return the rule of a check; the checks of a bill are their own rule."""
    entry = catalogue()[name]
    return Rule(entry.get("rule", entry["title"]), entry["source"])


@cache
def figures() -> Mapping[str, FigureRule]:
    """Return the figures that can be explained, by `mart.column`."""
    written = tomllib.loads((REFERENCE / "figures.toml").read_text(encoding="utf-8"))
    return {
        f"{mart}.{column}": FigureRule(
            title=entry["title"],
            rule=Rule(entry["rule"], entry["source"]),
            inputs=tuple(entry["inputs"]),
            published=tuple(entry.get("published", ())),
            parts=_two(entry["parts"]) if "parts" in entry else None,
        )
        for mart, columns in written.items()
        for column, entry in columns.items()
    }


def _two(name: str) -> tuple[str, str]:
    mart, column = name.split(".")
    return mart, column
