"""`docs/reading.md`: every row says an outcome that exists and names a test that exists."""

import ast
import re
from functools import cache

import pytest

from energy_pipeline.reconciliation.finding import catalogue
from energy_pipeline.settings import PROJECT

ROW = re.compile(r"^\| (?P<what>[^|]+) \| (?P<happens>[^|]+) \| (?P<outcome>[^|]+) \| `(?P<test>[^`|]+)` \|$")
OUTCOMES = {"read right", "read and reported", "quarantined"}
PAGE = (PROJECT / "docs" / "reading.md").read_text(encoding="utf-8")
LINES = [line for line in PAGE.splitlines() if line.startswith("|") and "---" not in line and "outcome" not in line]


@cache
def functions_of(path: str) -> frozenset[str]:
    tree = ast.parse((PROJECT / "tests" / path).read_text(encoding="utf-8"))
    return frozenset(node.name for node in tree.body if isinstance(node, ast.FunctionDef))


@pytest.mark.parametrize("line", LINES)
def test_every_row_has_an_outcome_and_names_an_existing_test(line):
    row = ROW.match(line)
    assert row, line
    assert row["outcome"] in OUTCOMES
    path, _, name = row["test"].partition("::")
    assert name.startswith("test_") and name in functions_of(path), row["test"]


def test_the_table_covers_the_defects_of_the_trade():
    assert len(LINES) > 50
    for word in (
        "BOM",
        "CRLF",
        "joiner",
        "spring",
        "autumn",
        "30 minutes",
        "unsorted",
        "empty file",
        "outside the perimeter",
    ):
        assert any(word.lower() in line.lower() for line in LINES), word


def test_the_findings_named_are_in_the_catalogue():
    words = set(re.findall(r"`([a-z]+(?:_[a-z]+)+)`", PAGE))
    assert {"value_above_power", "republished_curve", "missing_steps"} <= words
    assert words - set(catalogue()) == {"estimated_linear", "estimated_week_before"}
