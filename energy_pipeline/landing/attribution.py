"""Whose file is it: the operation and the period of a file that does not say so itself."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Set
from dataclasses import dataclass, field
from datetime import date

import polars as pl

from energy_pipeline.formats import names
from energy_pipeline.formats.model import BadFile, Reading
from energy_pipeline.formats.text import plain
from energy_pipeline.landing.walk import Entry

_ADVICE = (
    "déposer le fichier dans un dossier ou une archive dont le nom porte le numéro de convention (ACC…), ou avec le "
    "fichier de synthèse ou l'Annexe 5 de la même livraison."
)

Period = tuple[date, date]


@dataclass
class Knowledge:
    """What is known of operations. State: it grows while files are read, so that a file refused now may load later."""

    claims: Mapping[str, Counter[str]]
    """How many files of a delivery name each operation, by the path of the delivery."""
    periods: Mapping[str, frozenset[Period]]
    """Periods named by the files and subjects of a delivery."""
    by_prm: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    by_name: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    listed: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    """Operations that list each point among their participants (Annexe 2, perimeter)."""
    with_list: set[str] = field(default_factory=set)

    def learn(self, reading: Reading) -> None:
        """Remember the participants and the names of operations that a file tells."""
        for row in reading.rows if reading.kind in ("perimeter", "annexe2_participants") else ():
            if row["operation_id"] and row["prm"]:
                self.by_prm[row["prm"]].add(row["operation_id"])
                self.listed[row["prm"]].add(row["operation_id"])
                self.with_list.add(row["operation_id"])
        for row in reading.rows if reading.kind in ("operations", "annexe2_operation") else ():
            if row["operation_id"] and row["name"]:
                self.by_name[plain(row["name"])].add(row["operation_id"])
        for other in reading.others:
            self.learn(other)

    def disown(self, entry: Entry) -> None:
        """Forget what the name of a refused file told of its neighbours."""
        for delivery, found in _claims(entry):
            self.claims[delivery].subtract(found)

    def around(self, delivery: str) -> set[str]:
        """Return the operations that the files of a delivery name."""
        return {operation for operation, files in self.claims.get(delivery, Counter()).items() if files > 0}


def _claims(entry: Entry) -> Iterator[tuple[str, frozenset[str]]]:
    """Yield the deliveries that hold the entry with the operations that it names below them, not the folders around.

    The root of the inbox is no delivery: what lies loose there arrived apart.
    """
    for delivery in filter(None, entry.deliveries):
        yield delivery, names.operations_in(f"{entry.path[len(delivery) :]} {entry.subject}")


def knowledge(entries: Iterable[Entry], registry: pl.DataFrame) -> Knowledge:
    """Return what the names of the inbox and the files already landed tell."""
    claims: dict[str, Counter[str]] = defaultdict(Counter)
    periods: dict[str, set[Period]] = defaultdict(set)
    for entry in entries:
        period = names.period_in(entry.name)
        for delivery, found in _claims(entry):
            claims[delivery].update(found)
        if period:
            for delivery in filter(None, entry.deliveries):
                periods[delivery].add(period)
    known = Knowledge(claims, {delivery: frozenset(found) for delivery, found in periods.items()})
    loaded = registry.filter(
        pl.col("prm").is_not_null() & pl.col("operation_id").is_not_null() & pl.col("reason").is_null()
    )
    for prm, operation in loaded.select("prm", "operation_id").unique().iter_rows():
        known.by_prm[prm].add(operation)
    return known


def _only(found: Set[str]) -> str | None:
    return next(iter(found)) if len(found) == 1 else None


def operation_of(entry: Entry, reading: Reading, known: Knowledge) -> str:
    """Return the operation of a file: its own, its delivery's, its siblings', its PRM's. Raises BadFile.

    A delivery that names two operations tells nothing, nor does any larger one around it; nor do the siblings of a
    point that the list of their operation has not and that of another has.
    """
    if reading.operation_id:
        return reading.operation_id
    for label in entry.labels:
        if named := names.operations_in(label):
            if operation := _only(named):
                return operation
            break
    candidates = _by_content(entry, reading, known)
    for delivery in entry.deliveries:
        if found := known.around(delivery):
            if operation := _only(found):
                owners = known.listed.get(reading.prm or "")
                if not owners or operation in owners or operation not in known.with_list:
                    return operation
                candidates = owners
            break
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


def period_of(entry: Entry, known: Knowledge) -> Period | None:
    """Return the period of a file that bears none (participants, one refused): its delivery's, if it has only one."""
    for label in entry.labels:
        if found := names.period_in(label):
            return found
    for delivery in entry.deliveries:
        if near := known.periods.get(delivery):
            return next(iter(near)) if len(near) == 1 else None
    return None
