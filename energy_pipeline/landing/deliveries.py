"""From an inbox to frames of the landing tables, batch by batch: each file loaded whole, or refused with a reason."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import polars as pl

from energy_pipeline.formats import (
    annexe2,
    cdc_batch,
    consents_file,
    dynamic_keys,
    energy,
    exchange_detail,
    names,
    operations_file,
    perimeter,
    prices_file,
    supplier,
    synthesis,
)
from energy_pipeline.formats.grids import XLSX_MAGIC
from energy_pipeline.formats.model import BadFile, Reading
from energy_pipeline.landing import attribution, frames, hiding, limits, recognise, registry
from energy_pipeline.landing.attribution import Knowledge
from energy_pipeline.landing.registry import settled_paths
from energy_pipeline.landing.walk import Entry, Inbox, containers
from energy_pipeline.tables import landing as t
from energy_pipeline.tables.model import Table

BATCH_BYTES = 256 << 20
_TEACHING = ("perimeter", "operations", "annexe2_operation", "annexe2_participants")
"""Kinds that tell which operation other files belong to: read again even when they are already registered."""


@dataclass(frozen=True)
class Refused:
    """A file put in quarantine: where it was, its bytes, and why."""

    path: str
    content: bytes
    refusal: BadFile


@dataclass(frozen=True)
class Landed:
    """What a batch of files gives: validated frames, by table, without a row for what was known already."""

    frames: dict[Table, pl.DataFrame]
    refused: tuple[Refused, ...] = ()
    loaded_paths: tuple[str, ...] = ()
    entered: tuple[str, ...] = ()
    """Archives and mails that were refused and can be entered now: their files stand for them in landing.file."""
    withdrawn: tuple[str, ...] = ()
    """Refused files that the inbox no longer holds: their rows say so."""


@dataclass(frozen=True)
class _File:
    entry: Entry
    file_id: str
    content: bytes
    known: registry.Known | None
    """What the registry has of it, if anything."""

    @property
    def is_settled(self) -> bool:
        """Whether the registry already has it as read."""
        return self.known is not None and self.known.refusal is None


@dataclass
class _Batch:
    """What is being gathered. State: rows by table, refusals, files to try again at the end."""

    rows: dict[str, list[dict[str, Any]]] = field(default_factory=lambda: defaultdict(list))
    files: list[dict[str, Any]] = field(default_factory=list)
    notes: list[dict[str, Any]] = field(default_factory=list)
    refused: list[Refused] = field(default_factory=list)
    loaded_paths: list[str] = field(default_factory=list)

    def landed(self, entered: tuple[str, ...]) -> Landed:
        """Return the validated frames: a file is in all of them or in none."""
        by_table: dict[str, tuple[Table, list[dict[str, Any]]]] = {}
        for kind, rows in self.rows.items():
            table = t.TABLE_OF_KIND[kind]
            by_table.setdefault(table.name, (table, []))[1].extend(rows)
        found = {table: frames.frame(table, rows) for table, rows in by_table.values()}
        found[t.FILE] = frames.frame(t.FILE, self.files)
        found[t.NOTE] = frames.frame(t.NOTE, self.notes)
        return Landed(found, tuple(self.refused), tuple(self.loaded_paths), entered)


def read_file(kind: str, entry: Entry, content: bytes) -> Reading:  # noqa: PLR0911 - one return per kind
    """Read one file of a known kind other than a curve. Raises BadFile."""
    name, received_on = entry.name, entry.received_at.date()
    match kind:
        case "energy":
            return energy.read(name, content)
        case "exchange":
            return exchange_detail.read(name, content)
        case "perimeter":
            return perimeter.read(name, content)
        case "synthesis":
            return synthesis.read(name, content)
        case "annexe2_operation" if content.startswith(XLSX_MAGIC):
            return annexe2.read_workbook(name, content, received_on)
        case "annexe2_operation":
            return annexe2.read_operation(name, content, received_on)
        case "annexe2_participants":
            return annexe2.read_participants(name, content, received_on)
        case "dynamic_keys":
            return dynamic_keys.read(name, content)
        case _ if kind in supplier.FINISHERS:
            return supplier.read(name, content, received_on)
        case "prices":
            return prices_file.read(name, content)
        case "consents":
            return consents_file.read(name, content)
        case "operations":
            return operations_file.read(name, content, received_on)
    raise ValueError(f"no reader for {kind}")


def _tier(entry: Entry) -> int:
    """Order of reading: what tells the operation of others first, curves last."""
    return 2 if recognise.is_curve_name(entry.name) else 1


class _Landing:
    """One run over an inbox. State: what is known of files and operations so far."""

    def __init__(
        self, inbox: Inbox, entries: Sequence[Entry], files: pl.DataFrame, stand_in: hiding.StandIn | None = None
    ):
        self.inbox = inbox
        self.stand_in = stand_in
        self.knowledge: Knowledge = attribution.knowledge(entries, files)
        self.registered = registry.known_files(files)
        self.loaded = {
            (file_id, known.operation_id) for (_, file_id), known in self.registered.items() if known.refusal is None
        }
        self.deferred: list[Entry] = []
        ways = {way for entry in entries for way in containers(entry.path)}
        self.entered = tuple(sorted(ways & set(files.filter(pl.col("reason").is_not_null())["path"])))

    def open(self, entry: Entry, batch: _Batch) -> _File | None:
        """Return the file with its bytes; a container or member that cannot be read is refused."""
        fault = entry.fault
        content = b""
        try:
            content = self.inbox.read(entry)
        except BadFile as refusal:
            fault = fault or refusal
        identity = registry.file_id(entry.own_name, content)
        file = _File(entry, identity, content, self.registered.get((entry.path, identity)))
        if fault is None:
            return file
        self.refuse(file, fault, batch)
        return None

    def refuse(self, file: _File, refusal: BadFile, batch: _Batch, kind: str | None = None) -> None:
        """Register the file as quarantined, unless the registry says so already; it tells nothing of the others."""
        self.knowledge.disown(file.entry)
        content = file.content
        refusal = recognise.explained(refusal, file.entry.name, kind, content)
        if self.stand_in:
            refusal, content = hiding.refusal(refusal, self.stand_in), hiding.content(content, self.stand_in)
        common = registry.row(file.entry, file.file_id, len(file.content))
        parsed = names.parse(file.entry.name)
        bears_one = parsed.period_start and parsed.period_end
        period = None if bears_one else attribution.period_of(file.entry, self.knowledge)
        known = {
            "kind": kind,
            "operation_id": parsed.operation_id or next(iter(_operations_around(file.entry)), None),
            "prm": parsed.prm,
            "series": parsed.series if kind in ("curve", "energy", "exchange") else None,
            "period_start": period[0] if period else parsed.period_start,
            "period_end": period[1] if period else parsed.period_end,
        }
        row = registry.refused(common, refusal, known)
        if file.known is None or file.known.refusal != registry.refusal_of(refusal):
            batch.files.append(row)
            batch.refused.append(Refused(file.entry.path, content, refusal))

    def take(self, file: _File, reading: Reading, batch: _Batch, is_last_try: bool) -> None:
        """Load a reading, or keep its file for the end when its operation is not known yet."""
        if file.known is not None and file.is_settled:
            self.knowledge.learn(self._of(file.entry, reading, file.known.operation_id))
            return
        if reading.kind in t.OF_AN_OPERATION:
            try:
                operation = attribution.operation_of(file.entry, reading, self.knowledge)
            except BadFile as refusal:
                if is_last_try:
                    self.refuse(file, refusal, batch, reading.kind)
                else:
                    self.deferred.append(file.entry)
                return
            reading = self._of(file.entry, reading, operation)
        self.knowledge.learn(reading)
        identity = (file.file_id, reading.operation_id)
        common = registry.row(file.entry, file.file_id, len(file.content))
        is_copy = identity in self.loaded
        batch.files.append(registry.loaded(common, reading, "duplicate" if is_copy else "loaded"))
        batch.loaded_paths.append(file.entry.path)
        if is_copy:
            return
        self.loaded.add(identity)
        for part in (reading, *reading.others):
            batch.rows[part.kind].extend(row | {"file_id": file.file_id} for row in part.rows)
            batch.notes.extend(
                {"file_id": file.file_id, "check_name": note.check_name, "line": note.line, "value": note.value,
                 "message": note.message}
                for note in part.notes
            )  # fmt: skip

    def _of(self, entry: Entry, reading: Reading, operation: str | None) -> Reading:
        """Return the reading with the operation, and the period, that it does not bear itself."""
        if reading.operation_id is None and operation is not None:
            rows = [row | {"operation_id": operation} for row in reading.rows]
            others = tuple(self._of(entry, other, operation) for other in reading.others)
            reading = replace(reading, operation_id=operation, rows=rows, others=others)
        if reading.kind == "perimeter" and reading.period_end is None:
            period = attribution.period_of(entry, self.knowledge)
            if period:
                reading = replace(reading, period_start=period[0], period_end=period[1])
        return reading

    def land(self, entries: Sequence[Entry], is_last_try: bool) -> Landed:
        """Read the files of a batch."""
        batch = _Batch()
        curves: list[_File] = []
        readings: list[tuple[_File, Reading]] = []
        for entry in entries:
            file = self.open(entry, batch)
            if file is None:
                continue
            if recognise.is_curve_name(entry.name):
                if not file.is_settled:
                    curves.append(file)
                continue
            if file.known is not None and file.is_settled and file.known.kind not in _TEACHING:
                continue
            kind = None
            try:
                kind = recognise.kind_of(entry.name, file.content)
                if kind == "curve":
                    curves.append(file)
                    continue
                reading = read_file(kind, entry, file.content)
                limits.check(reading)
            except BadFile as refusal:
                self.refuse(file, refusal, batch, kind)
                continue
            except Exception as fault:  # a fault of ours, or of a library, must not keep the other files out
                unexpected = BadFile(f"Lecture impossible, à signaler : {type(fault).__name__} ({fault}).")
                self.refuse(file, unexpected, batch, kind)
                continue
            readings.append((file, reading))
        found = cdc_batch.read_many([(file.entry.name, file.content) for file in curves])
        for file, curve in zip(curves, found, strict=True):
            if isinstance(curve, BadFile):
                self.refuse(file, curve, batch, "curve")
            else:
                readings.append((file, curve))
        # What is refused, and who participates, are known before any file gets its operation from another.
        for file, reading in sorted(readings, key=lambda pair: pair[1].kind not in _TEACHING):
            told = hiding.reading(reading, self.stand_in) if self.stand_in else reading
            self.take(file, told, batch, is_last_try)
        return batch.landed(self.entered)


def _withdrawn(entries: Sequence[Entry], files: pl.DataFrame) -> Landed:
    """Return the refused files of the registry that were removed from the inbox, or renamed."""
    unseen = [entry.path for entry in entries if entry.fault is not None]
    held = {way for entry in entries for way in (entry.path, *containers(entry.path))}
    rows = registry.withdrawn(files, held, unseen)
    found = {t.FILE: rows.select(t.FILE.column_names), t.NOTE: frames.frame(t.NOTE, [])}
    return Landed(found, withdrawn=tuple(rows["path"]))


def _operations_around(entry: Entry) -> list[str]:
    """Return the operation that the nearest label names, if it names only one."""
    for label in entry.labels:
        if found := names.operations_in(label):
            return sorted(found) if len(found) == 1 else []
    return []


def _batches(entries: Sequence[Entry], most: int) -> Iterator[list[Entry]]:
    """Yield the entries by batches of at most `most` files and about BATCH_BYTES."""
    batch: list[Entry] = []
    size = 0
    for entry in entries:
        batch.append(entry)
        size += entry.size_bytes
        if len(batch) >= most or size >= BATCH_BYTES:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


def land(
    inbox: Path,
    registry: pl.DataFrame,
    *,
    passwords: Mapping[str, str] | None = None,
    stand_in: hiding.StandIn | None = None,
    unchanged: Set[str] = frozenset(),
    batch_files: int = 2000,
) -> Iterator[Landed]:
    """Read what is new in the inbox and yield it by batches, in bounded memory.

    `registry` is the current landing.file (it may be empty). A file that the registry has as read, at the same path
    with the same content, gives nothing; a quarantined one is tried again, and gives nothing if refused for the same
    reason, but for one last word when it is gone from the inbox.
    Rows of landing.file replace those of the same (path, file_id) and those of the paths in `Landed.entered`;
    `registry.supersede` then decides the statuses. `passwords` open encrypted archives; those of the « [Mot de passe] »
    mails of the inbox are found. `stand_in` hides the points whose holder is forgotten. `unchanged`: files of the inbox
    that are what they were when `registry` was made; what it has of them as read is not opened.
    """
    tree = Inbox(inbox, passwords or {})
    try:
        entries = sorted(tree.entries(), key=_tier)
        if stand_in:
            entries = [hiding.entry(entry, stand_in) for entry in entries]
        run = _Landing(tree, entries, registry, stand_in)
        settled = settled_paths(registry, _TEACHING)
        opened = [entry for entry in entries if entry.chain[0] not in unchanged or entry.path not in settled]
        for batch in _batches(opened, batch_files):
            yield from _unless_empty(run.land(batch, is_last_try=False))
        last, run.deferred = run.deferred, []
        # Twice: the first pass over what was put aside may teach what the others lack.
        for is_last_try in (False, True):
            for batch in _batches(last, batch_files):
                yield from _unless_empty(run.land(batch, is_last_try))
            if not is_last_try:
                last, run.deferred = run.deferred, []
        yield from _unless_empty(_withdrawn(entries, registry))
    finally:
        tree.close()


def _unless_empty(landed: Landed) -> Iterator[Landed]:
    if landed.frames[t.FILE].height:
        yield landed
