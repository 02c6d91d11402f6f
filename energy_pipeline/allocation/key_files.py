"""Dynamic keys (Annexe 5): the files of a period, and what makes Enedis refuse one (convention §4.4.2, §11.5)."""

import re
from collections import defaultdict
from collections.abc import Iterable, Set
from dataclasses import dataclass
from datetime import date

import numpy as np
import polars as pl
from numpy.typing import NDArray

from energy_pipeline import french
from energy_pipeline.allocation.faults import Fault, Proof
from energy_pipeline.metering import gaps

FloatArray = NDArray[np.float64]
FLOAT_NOISE = 1e-6
"""In percent: what adding numbers of two decimals may err by. The convention has no tolerance (§4.4.2.1)."""
_BY_API = re.compile(r"(?<![A-Za-z0-9])API(?![A-Za-z0-9])")
CONSEQUENCE = "clés par défaut appliquées à toute la période (article 4.4.2)"


@dataclass(frozen=True, slots=True)
class KeyFile:
    """A file of dynamic keys: `percents` is (consumers, steps), NaN where the file has none."""

    path: str
    producer_prm: str | None
    period_start: date
    period_end: date
    step_minutes: int
    consumers: tuple[str, ...]
    percents: FloatArray

    def covers(self, period_start: date, period_end: date) -> bool:
        """Return whether the file's period is this one."""
        return (self.period_start, self.period_end) == (period_start, period_end)

    @property
    def is_by_api(self) -> bool:
        """Whether these keys were sent by API, as `API` in the name of the file says: each step stands alone then."""
        return bool(_BY_API.search(re.split(r"[/!]", self.path)[-1]))

    def rows_of(self, consumers: Iterable[str]) -> FloatArray:
        """Return the shares, as fractions, in the order of `consumers`; 0 for one that the file does not list."""
        index = {prm: row for row, prm in enumerate(self.consumers)}
        nothing = np.zeros(self.percents.shape[1])
        return np.array([self.percents[index[prm]] if prm in index else nothing for prm in consumers]) / 100


def key_files(dynamic_keys: pl.DataFrame) -> dict[str, list[KeyFile]]:
    """Return the key files of each operation, the latest last.

    `dynamic_keys`: landing.dynamic_key with `received_at` and `path`.
    """
    rows = dynamic_keys.filter(pl.col("percents").list.len() > 0).sort("received_at", "file_id", "consumer_prm")
    if rows.is_empty():
        return {}
    values = rows["percents"].explode(empty_as_null=False).to_numpy()
    found: dict[str, list[KeyFile]] = defaultdict(list)
    heads = ("operation_id", "path", "producer_prm", "period_start", "period_end", "step_minutes")
    files = (
        rows.with_columns(length=pl.col("percents").list.len())
        .group_by("file_id", maintain_order=True)
        .agg(*(pl.col(name).first() for name in heads), pl.col("length").max(), consumers=pl.col("consumer_prm"))
    )
    first = 0
    for *head, length, consumers in files.drop("file_id").iter_rows():
        last = first + length * len(consumers)
        operation_id, path, producer_prm, start, end, step = head
        percents = values[first:last].reshape(len(consumers), length)
        found[operation_id].append(KeyFile(path, producer_prm, start, end, step, tuple(consumers), percents))
        first = last
    return dict(found)


def of_period(files: Iterable[KeyFile], period_start: date, period_end: date) -> tuple[list[KeyFile], KeyFile | None]:
    """Return the files that hold for the period: the latest of each producer, and the latest common to all.

    A file whose period only overlaps this one is returned when none is exact, for `fault` to refuse it.
    """
    near = [file for file in files if file.period_start <= period_end and file.period_end >= period_start]
    exact = [file for file in near if file.covers(period_start, period_end)]
    own = {file.producer_prm: file for file in exact if file.producer_prm}
    common = [file for file in exact or near if not file.producer_prm]
    return list(own.values()), common[-1] if common else None


def fault(
    file: KeyFile, consumers: Set[str] | None, period_start: date, period_end: date, step_minutes: int
) -> Fault | None:
    """Return why Enedis refuses a mailed file, None when it is compliant.

    `consumers`: those of the perimeter on the period, None when no perimeter tells them.
    """
    period = (period_start, period_end, step_minutes)
    proof: Proof = [{"file": file.path}]
    if not file.covers(period_start, period_end):
        held = french.short_period(file.period_start, file.period_end)
        asked = french.short_period(period_start, period_end)
        return _refused(f"le fichier de clés porte sur la période {held} et non {asked}", proof)
    if file.step_minutes != step_minutes:
        message = f"le pas du fichier de clés est de {file.step_minutes} minutes au lieu de {step_minutes}"
        return _refused(message, proof, step_minutes, file.step_minutes, "min")
    if consumers is not None and consumers != set(file.consumers):
        return _other_participants(file, consumers)
    absent = np.isnan(file.percents).any(axis=0)
    steps = file.percents.shape[1]
    if absent.any():
        step = int(np.argmax(absent))
        message = (
            f"il manque des clés à {french.plural(int(absent.sum()), 'pas')}, le premier le "
            f"{french.short_moment(gaps.instant(step, *period))}"
        )
        return _refused(message, proof, steps, steps - int(absent.sum()), "pas")
    return _bad_sums(file, period)


def invalid_steps(file: KeyFile, consumers: Set[str] | None) -> NDArray[np.bool_]:
    """Return (steps,): where keys sent by API are not compliant (§4.4.2): all, if participants differ."""
    if consumers is not None and consumers != set(file.consumers):
        return np.ones(file.percents.shape[1], dtype=bool)
    return ~_is_valid(file.percents)


def _is_valid(percents: FloatArray) -> NDArray[np.bool_]:
    """Return (steps,): no share is absent or negative, and their sum does not exceed 100 %."""
    with np.errstate(invalid="ignore"):
        return (percents.sum(axis=0) <= 100 + FLOAT_NOISE) & (percents >= 0).all(axis=0)


def _other_participants(file: KeyFile, consumers: Set[str]) -> Fault:
    unknown, forgotten = sorted(set(file.consumers) - consumers), sorted(consumers - set(file.consumers))
    parts = []
    if unknown:
        parts.append(f"{', '.join(unknown)} hors du périmètre")
    if forgotten:
        parts.append(f"{', '.join(forgotten)} sans clé")
    proof: Proof = [{"file": file.path, "line": 1, "value": prm} for prm in unknown] or [{"file": file.path, "line": 1}]
    message = f"les participants du fichier de clés diffèrent de ceux du périmètre : {' ; '.join(parts)}"
    return _refused(message, proof, len(consumers), len(file.consumers), "participants")


def _bad_sums(file: KeyFile, period: tuple[date, date, int]) -> Fault | None:
    faulty = ~_is_valid(file.percents)
    if not faulty.any():
        return None
    step = int(np.argmax(faulty))
    # Line 1 is the header, and a file without absent steps has one line a step.
    line = step + 2
    where = f"le {french.short_moment(gaps.instant(step, *period))} (ligne {line})"
    others = int(faulty.sum()) - 1
    more = f", et à {french.plural(others, 'autre pas', 'autres pas')}" if others else ""
    lowest, total = float(file.percents[:, step].min()), float(file.percents[:, step].sum())
    if lowest < 0:
        proof: Proof = [{"file": file.path, "line": line, "value": lowest}]
        return _refused(f"une clé est négative {where}{more}", proof, 0, lowest, "%")
    proof = [{"file": file.path, "line": line, "value": round(total, 6)}]
    message = f"la somme des clés atteint {french.percent(total / 100, 2)} {where}{more}"
    return _refused(message, proof, 100, round(total, 6), "%")


def _refused(
    message: str, evidence: Proof, expected: float | None = None, observed: float | None = None, unit: str | None = None
) -> Fault:
    return Fault(
        "key_file_not_compliant",
        f"{message[0].upper()}{message[1:]} : {CONSEQUENCE}.",
        expected=expected,
        observed=observed,
        unit=unit,
        evidence=evidence,
    )
