"""The registry of files: what became of each, and which version of a file holds."""

import hashlib
from collections.abc import Collection, Iterable, Set
from typing import Any, NamedTuple

import polars as pl

from energy_pipeline.formats.model import BadFile, Reading
from energy_pipeline.landing.walk import Entry, containers
from energy_pipeline.tables import landing as t

Refusal = tuple[str, int | None, str | None, str | None]

WITHDRAWN = " Retiré de la boîte de dépôt."
"""Ends the reason of a refused file that its owner took back."""
_REASON = ("reason", "reason_line", "reason_column", "reason_value")
REPLACED_IN_PLACE = ("operations", "prices", "consents")
"""Kinds of ours that are edited where they lie: a new content of the same path replaces the old one."""


def file_id(name: str, content: bytes) -> str:
    """Return the identity of a file: SHA-256 of its base name, NUL, and its content."""
    digest = hashlib.sha256(name.encode("utf-8", "surrogateescape") + b"\x00")
    digest.update(content)
    return digest.hexdigest()


def row(entry: Entry, identity: str, size: int) -> dict[str, Any]:
    """Return the part of a row of landing.file that does not depend on what became of the file."""
    return {
        "file_id": identity,
        "path": entry.path,
        "name": entry.name,
        "delivery": entry.deliveries[0],
        "received_at": entry.received_at,
        "size_bytes": size,
    }


def loaded(common: dict[str, Any], reading: Reading, status: str) -> dict[str, Any]:
    """Return the row of a file that was read."""
    return common | {
        "kind": reading.kind,
        "operation_id": reading.operation_id,
        "prm": reading.prm,
        "series": reading.series,
        "period_start": reading.period_start,
        "period_end": reading.period_end,
        "status": status,
    }


def refused(common: dict[str, Any], refusal: BadFile, known: dict[str, Any]) -> dict[str, Any]:
    """Return the row of a file in quarantine; `known` is what its name tells all the same."""
    return common | known | {
        "status": "quarantined",
        "reason": refusal.reason,
        "reason_line": refusal.line,
        "reason_column": refusal.column,
        "reason_value": refusal.value,
    }  # fmt: skip


def refusal_of(refusal: BadFile) -> Refusal:
    """Return what tells one refusal from another."""
    return refusal.reason, refusal.line, refusal.column, refusal.value


class Known(NamedTuple):
    """What the registry has of a file: its refusal is None when it was read."""

    kind: str | None
    operation_id: str | None
    refusal: Refusal | None


def known_files(files: pl.DataFrame) -> dict[tuple[str, str], Known]:
    """Return what landing.file has of each (path, file_id)."""
    columns = files.select("path", "file_id", "kind", "operation_id", *_REASON)
    return {
        (path, identity): Known(
            kind, operation, None if refusal[0] is None else (refusal[0], refusal[1], refusal[2], refusal[3])
        )
        for path, identity, kind, operation, *refusal in columns.iter_rows()
    }


def settled_paths(files: pl.DataFrame, but: Collection[str]) -> Set[str]:
    """Return the paths of which landing.file has nothing but files that were read, of no kind of `but`."""
    open_ = pl.col("reason").is_not_null() | pl.col("kind").is_in(list(but))
    return set(files["path"]) - set(files.filter(open_)["path"])


def withdrawn(files: pl.DataFrame, paths: Iterable[str], unseen: Iterable[str]) -> pl.DataFrame:
    """Return the rows, as they become, of the refused files of `files` that the inbox no longer holds.

    `paths`: those of the inbox; `unseen`: its archives and mails that cannot be entered, of which nothing is known to
    be gone. Such a file is no longer anyone's: it would else stand for a version of its operation.
    """
    refused = files.filter(pl.col("reason").is_not_null() & ~pl.col("reason").str.ends_with(WITHDRAWN))
    closed = set(unseen)
    gone = {
        path
        for path in set(refused.filter(status="quarantined")["path"]) - set(paths)
        if closed.isdisjoint(containers(path))
    }
    return refused.filter(pl.col("path").is_in(list(gone))).with_columns(
        reason=pl.col("reason") + WITHDRAWN,
        status=pl.lit("superseded"),
        kind=pl.lit(None, pl.String),
        operation_id=pl.lit(None, pl.String),
    )


def supersede(files: pl.DataFrame) -> pl.DataFrame:
    """Return landing.file with its statuses as the whole registry decides them, whatever the order of arrival.

    Among copies of one file (same file_id and operation) the one received last counts, the others are `duplicate`.
    Among versions (same operation, PRM, series, kind and period, or one path for the files of ours) the one received
    last is `loaded`, the others `superseded`. A quarantined content is `superseded` once its path holds one that loads,
    or nothing.
    Ties go to the greatest file_id, then path. Rows keep their order.
    """
    if files.is_empty():
        return files
    quarantined = pl.col("reason").is_not_null()
    is_withdrawn = pl.col("reason").str.ends_with(WITHDRAWN)
    recency = [pl.col("received_at"), pl.col("file_id"), pl.col("path")]
    read = files.with_row_index("place").filter(~quarantined)
    versions = pl.when(pl.col("kind").is_in(t.OF_AN_OPERATION)).then(
        pl.concat_str(
            [pl.col(column).cast(pl.String).fill_null("") for column in
             ("kind", "operation_id", "prm", "series", "period_start", "period_end")],
            separator="|",
        )
    ).when(pl.col("kind").is_in(REPLACED_IN_PLACE)).then(pl.concat_str(["kind", "path"], separator="|")).otherwise(
        pl.concat_str(["file_id", pl.col("operation_id").fill_null("")], separator="|")
    )  # fmt: skip
    ranked = read.with_columns(version=versions).with_columns(
        copy=pl.struct(recency).rank("ordinal", descending=True).over("file_id", pl.col("operation_id").fill_null(""))
    )
    best = (
        ranked.filter(pl.col("copy") == 1)
        .with_columns(rank=pl.struct(recency).rank("ordinal", descending=True).over("version"))
        .select("place", decided=pl.when(pl.col("rank") == 1).then(pl.lit("loaded")).otherwise(pl.lit("superseded")))
    )
    copies = ranked.filter(pl.col("copy") > 1).select("place", decided=pl.lit("duplicate"))
    mended = (
        files.with_row_index("place")
        .filter(quarantined)
        .with_columns(rank=pl.struct(~is_withdrawn, *recency).rank("ordinal", descending=True).over("path"))
        .select(
            "place",
            decided=pl.when(is_withdrawn | pl.col("path").is_in(read["path"].implode()) | (pl.col("rank") > 1))
            .then(pl.lit("superseded"))
            .otherwise(pl.lit("quarantined")),
        )
    )
    decided = pl.concat([best, copies, mended])
    return (
        files.with_row_index("place")
        .join(decided, on="place", how="left", maintain_order="left")
        .with_columns(status=pl.col("decided"))
        .select(t.FILE.column_names)
    )
