"""Whose file is it: the operation and the period of a file that does not say so itself."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

import polars as pl

from energy_pipeline.formats import names
from energy_pipeline.formats.model import BadFile, Reading
from energy_pipeline.formats.text import plain
from energy_pipeline.landing.walk import Entry

NEEDS_OPERATION = frozenset(
    {"curve", "energy", "exchange", "perimeter", "synthesis", "annexe2_operation", "annexe2_participants",
     "dynamic_keys"}
)  # fmt: skip
_ADVICE = (
    "déposer le fichier dans un dossier ou une archive dont le nom porte le numéro de convention (ACC…), ou avec le "
    "fichier de synthèse ou l'Annexe 5 de la même livraison."
)

Period = tuple[date, date]


@dataclass
class Knowledge:
    """What is known of operations. State: it grows while files are read, so that a file refused now may load later."""

    claims: Mapping[str, frozenset[str]]
    """Operations named by anything in a delivery, by the path of the delivery ('' is the inbox)."""
    periods: Mapping[str, frozenset[Period]]
    """Periods named by the files and subjects of a delivery."""
    by_prm: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    by_name: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))

    def learn(self, reading: Reading) -> None:
        """Remember the participants and the names of operations that a file tells."""
        for row in reading.rows if reading.kind in ("perimeter", "annexe2_participants") else ():
            if row["operation_id"] and row["prm"]:
                self.by_prm[row["prm"]].add(row["operation_id"])
        for row in reading.rows if reading.kind in ("operations", "annexe2_operation") else ():
            if row["operation_id"] and row["name"]:
                self.by_name[plain(row["name"])].add(row["operation_id"])
        for other in reading.others:
            self.learn(other)


def knowledge(entries: Iterable[Entry], registry: pl.DataFrame) -> Knowledge:
    """Return what the names of the inbox and the files already landed tell."""
    claims: dict[str, set[str]] = defaultdict(set)
    periods: dict[str, set[Period]] = defaultdict(set)
    for entry in entries:
        period = names.period_in(entry.name)
        for delivery in entry.deliveries:
            # A delivery is claimed by what it holds, not by the folders around it.
            claims[delivery] |= names.operations_in(f"{entry.path[len(delivery) :]} {entry.subject}")
            if period:
                periods[delivery].add(period)
    known = Knowledge(
        {delivery: frozenset(found) for delivery, found in claims.items()},
        {delivery: frozenset(found) for delivery, found in periods.items()},
    )
    loaded = registry.filter(pl.col("prm").is_not_null() & pl.col("operation_id").is_not_null())
    for prm, operation in loaded.select("prm", "operation_id").unique().iter_rows():
        known.by_prm[prm].add(operation)
    return known


def _only(found: frozenset[str] | set[str]) -> str | None:
    return next(iter(found)) if len(found) == 1 else None


def operation_of(entry: Entry, reading: Reading, known: Knowledge) -> str:
    """Return the operation of a file: its own, its delivery's, its siblings', its PRM's. Raises BadFile.

    A delivery that names two operations tells nothing, nor does any larger one around it.
    """
    if reading.operation_id:
        return reading.operation_id
    for label in entry.labels:
        if found := names.operations_in(label):
            if operation := _only(found):
                return operation
            break
    for delivery in entry.deliveries:
        if found := known.claims.get(delivery, frozenset()):
            if operation := _only(found):
                return operation
            break
    candidates = _by_content(entry, reading, known)
    if operation := _only(candidates):
        return operation
    if candidates:
        listed = ", ".join(sorted(candidates))
        raise BadFile(f"Opération ambiguë : ce fichier peut relever de {listed} ; {_ADVICE}", value=reading.prm)
    raise BadFile(f"Opération inconnue : {_ADVICE}", value=reading.prm)


def _by_content(entry: Entry, reading: Reading, known: Knowledge) -> set[str]:
    """Return the operations that the file's PRMs, or the name of its operation, may designate."""
    if reading.kind in ("curve", "energy", "exchange"):
        return known.by_prm.get(reading.prm or "", set())
    if reading.kind in ("annexe2_operation", "annexe2_participants"):
        stems = [names.stem_before_date(entry.name)]
        stems += [row["name"] or "" for row in reading.rows if reading.kind == "annexe2_operation"]
        for stem in stems:
            if found := known.by_name.get(plain(stem)):
                return found
    return set()


def period_of(entry: Entry, reading: Reading, known: Knowledge) -> Period | None:
    """Return the period of a file that bears none (the list of participants): its delivery's, if it has only one."""
    for label in entry.labels:
        if found := names.period_in(label):
            return found
    for delivery in entry.deliveries:
        if near := known.periods.get(delivery):
            return next(iter(near)) if len(near) == 1 else None
    return None
