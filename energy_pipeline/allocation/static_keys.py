"""Static keys and types of keys as declared in Annexe 2, dated (convention §4.1 to §4.3)."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TypeVar

import polars as pl

from energy_pipeline.metering.operations import VERSION, is_settings


@dataclass(frozen=True, slots=True)
class StaticVersion:
    """The static shares of an Annexe 2.12, as fractions by PRM, and the line of each."""

    declared_on: date
    path: str
    shares: dict[str, Decimal]
    lines: dict[str, int]

    @property
    def total(self) -> Decimal:
        """Sum of the shares."""
        return sum(self.shares.values(), Decimal(0))

    @property
    def is_refused(self) -> bool:
        """Whether Enedis refuses it: more than 100 % (§4.3.2); the previous version then holds."""
        return self.total > 1


@dataclass(frozen=True, slots=True)
class DeclaredType:
    """A type of keys and the day from which it holds."""

    declared_on: date
    key_type: str


V = TypeVar("V", StaticVersion, DeclaredType)


def static_versions(declared: pl.DataFrame) -> dict[str, list[StaticVersion]]:
    """Return the versions of each operation, in order; one per day, the one received last.

    `declared`: landing.participant with `received_at` and `path`. A file without any share is no version.
    """
    rows = declared.filter(
        (pl.col("role") == "consumer") & pl.col("prm").is_not_null() & pl.col("share").is_not_null()
    ).sort(*VERSION, "line")
    by_file: dict[tuple[str, date, str], StaticVersion] = {}
    columns = ("operation_id", "declared_on", "file_id", "path", "prm", "share", "line")
    for operation_id, declared_on, file_id, path, prm, share, line in rows.select(columns).iter_rows():
        key = (operation_id, declared_on, file_id)
        version = by_file.setdefault(key, StaticVersion(declared_on, path, {}, {}))
        version.shares[prm] = share
        version.lines[prm] = line
    latest: dict[str, dict[date, StaticVersion]] = defaultdict(dict)
    for (operation_id, declared_on, _), version in by_file.items():
        latest[operation_id][declared_on] = version
    return {operation_id: list(versions.values()) for operation_id, versions in latest.items()}


def declared_types(declared: pl.DataFrame) -> dict[str, list[DeclaredType]]:
    """Return the types of keys of each operation, in order: the one of operations.toml, else those of Annexe 2.11.

    `declared`: landing.operation with `received_at` and `path`.
    """
    rows = declared.filter(pl.col("key_type").is_not_null()).sort(is_settings(), *VERSION)
    found: dict[str, dict[date, DeclaredType]] = defaultdict(dict)
    settled: dict[str, DeclaredType] = {}
    columns = ("operation_id", "declared_on", "key_type")
    for (operation_id, declared_on, key_type), is_setting in zip(
        rows.select(columns).iter_rows(), rows.select(is_settings()).to_series(), strict=True
    ):
        version = DeclaredType(declared_on, key_type)
        if is_setting:
            settled[operation_id] = version
        found[operation_id][declared_on] = version
    return {
        operation_id: [settled[operation_id]] if operation_id in settled else list(versions.values())
        for operation_id, versions in found.items()
    }


def holding(versions: Sequence[V], first: date, end: date) -> list[tuple[date, V]]:
    """Return (from day, version) in force over [first, end): each holds until the next, the first one also before."""
    if not versions:
        return []
    starts: list[date] = [date.min, *(version.declared_on for version in versions[1:])]
    ends: list[date] = [*starts[1:], date.max]
    return [
        (max(start, first), version)
        for start, stop, version in zip(starts, ends, versions, strict=True)
        if start < end and stop > first
    ]
