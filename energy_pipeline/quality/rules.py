"""The suites of rules, one per mart: `data/reference/quality.toml`."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from energy_pipeline.settings import REFERENCE

ABOUT = "about"


@dataclass(frozen=True)
class Rule:
    """A rule of a mart: its sentence in French, the expectation that checks it, the statement that gives the rows."""

    mart: str
    name: str
    title: str
    expectation: str
    """Name of the expectation in Great Expectations, and below its arguments."""
    arguments: Mapping[str, object]
    statement: str
    """Statement below `sql/`."""


@dataclass(frozen=True)
class Result:
    """What became of a rule: rows looked at and rows that break it, the first of them with their keys."""

    rule: Rule
    passed: bool
    rows: int
    broken: int
    examples: tuple[Mapping[str, object], ...] = ()
    error: str | None = None


@cache
def _written() -> Mapping[str, Mapping[str, Any]]:
    return tomllib.loads((REFERENCE / "quality.toml").read_text(encoding="utf-8"))


@cache
def suites() -> Mapping[str, tuple[Rule, ...]]:
    """Return the rules of each mart, in the order of the file."""
    return {
        mart: tuple(_rule(mart, name, entry) for name, entry in suite.items() if name != ABOUT)
        for mart, suite in _written().items()
    }


def names() -> Mapping[str, str]:
    """Return what each mart is about, in French."""
    return {mart: suite[ABOUT] for mart, suite in _written().items()}


def _rule(mart: str, name: str, entry: Mapping[str, object]) -> Rule:
    return Rule(
        mart,
        name,
        str(entry["title"]),
        f"expect_{entry['expect']}",
        {key: value for key, value in entry.items() if key not in {"title", "expect", "frame"}},
        f"quality/{mart}_partitions" if entry.get("frame") == "partitions" else f"quality/{mart}",
    )
