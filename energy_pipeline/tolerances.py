"""Tolerances of the checks, read from `data/reference/tolerances.toml`."""

import tomllib
from collections.abc import Mapping
from functools import cache

from energy_pipeline.settings import REFERENCE


@cache
def tolerances(section: str) -> Mapping[str, float]:
    """Return the tolerances of a section; KeyError when there is no such section."""
    with (REFERENCE / "tolerances.toml").open("rb") as file:
        values: dict[str, float] = tomllib.load(file)[section]
    return values
