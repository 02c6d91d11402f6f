"""The catalogue of the checks of a bill: `data/reference/bill_checks.toml`."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache

from energy_pipeline.settings import REFERENCE


@dataclass(frozen=True)
class Entry:
    """What the catalogue says of a check; `title`, `action` and `source` are in French."""

    family: str
    severity: str
    party: str
    title: str
    action: str
    source: str
    tolerance: Mapping[str, float]
    day: date | None
    """The day from which the rule holds, for the checks that depend on one."""

    @property
    def decision(self) -> str:
        """What a bill that fails becomes: `invalid` for an error, else `review`."""
        return "invalid" if self.severity == "error" else "review"


@cache
def catalogue() -> Mapping[str, Entry]:
    """Return the checks by name, in the order of the file."""
    with (REFERENCE / "bill_checks.toml").open("rb") as file:
        written = tomllib.load(file)
    return {
        name: Entry(
            entry["family"],
            entry["severity"],
            entry["party"],
            entry["title"],
            entry["action"],
            entry["source"],
            entry.get("tolerance", {}),
            entry.get("day"),
        )
        for name, entry in written.items()
    }
