"""The rules behind the checks and the figures: `data/reference/rules.toml`, and the sources of the bills' checks."""

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


@cache
def _written() -> Mapping[str, Mapping[str, Mapping[str, dict[str, str]]]]:
    return tomllib.loads((REFERENCE / "rules.toml").read_text(encoding="utf-8"))


def of_check(name: str) -> Rule:
    """Return the rule of a check: its own, else its title and the source that the bills' catalogue gives."""
    if written := _written()["check"].get(name):
        return Rule(str(written["rule"]), str(written["source"]))
    entry = catalogue().get(name, {})
    return Rule(entry.get("title", name), entry.get("source", "Règle du logiciel"))


@cache
def figures() -> Mapping[str, FigureRule]:
    """Return the figures that can be explained, by `mart.column`."""
    return {
        f"{mart}.{column}": FigureRule(
            title=entry["title"],
            rule=Rule(entry["rule"], entry["source"]),
            inputs=tuple(entry["inputs"]),
            published=tuple(entry.get("published", ())),
            parts=_two(entry["parts"]) if "parts" in entry else None,
        )
        for mart, columns in _written()["figure"].items()
        for column, entry in columns.items()
    }


def _two(name: str) -> tuple[str, str]:
    mart, column = name.split(".")
    return mart, column
