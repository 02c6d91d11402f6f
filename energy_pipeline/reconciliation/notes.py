"""Findings of what the readers noticed in the files that they read: each cause told once."""

import json
from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from typing import Any

import polars as pl

from energy_pipeline import french
from energy_pipeline.formats.localtime import ONE_PASSAGE
from energy_pipeline.metering.participants import ROLE_OF_SERIES
from energy_pipeline.reconciliation.finding import evidence, facts

LONGEST_PROOF = 20
"""Lines listed in the evidence of a finding; its message counts them all."""
POINT = ("operation_id", "prm", "period_start", "period_end")


def month_of_file() -> pl.Expr:
    """Return the month that a file's findings belong to: of its period's last day, else of its reception."""
    return pl.coalesce("period_end", pl.col("received_at").dt.date()).dt.truncate("1mo")


def note_facts(files: pl.DataFrame, notes: pl.DataFrame, month: date) -> pl.DataFrame:
    """Return a fact per thing noticed, of all the files of a point's period, or of one file that is of no point.

    `files`: landing.file; `notes`: landing.note with `received_at` and `path`.
    """
    rows = _with_files(notes, files).filter(pl.col("month") == month).sort("path", "line", "message", "value")
    alike: dict[tuple[object, ...], list[dict[str, Any]]] = defaultdict(list)
    for row in rows.iter_rows(named=True):
        alike[row["check_name"], *(row[name] for name in POINT), row["prm"] or row["path"], row["message"]].append(row)
    return facts([_fact(same, month) for same in alike.values()])


def with_lost_hours(
    issues: pl.DataFrame, notes: pl.DataFrame, files: pl.DataFrame
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return the issues and the notes, each repeated hour of autumn that curves have only once being told once.

    Where the measured curve of a point lacks steps (`missing_steps`), that issue tells also which of the point's files
    have the hour once, and at which line; elsewhere the notes stay. `issues`: computed.issue; `files`: landing.file.
    """
    lost = _with_files(notes.filter(message=ONE_PASSAGE), files).with_columns(
        role=pl.col("series").replace_strict(ROLE_OF_SERIES, default=None, return_dtype=pl.String)
    )
    key = [*POINT, "role"]
    told = lost.join(issues.filter(check_name="missing_steps"), on=key, how="semi").sort("path", "line")
    if told.is_empty():
        return issues, notes
    by_point = {found: group.to_dicts() for found, group in told.partition_by(key, as_dict=True).items()}
    whole = [
        _with_hour(row, by_point.get(tuple(row[name] for name in key), ())) if row["check_name"] == "missing_steps"
        else row
        for row in issues.iter_rows(named=True)
    ]  # fmt: skip
    left = notes.join(told.select("file_id", "path", "message"), on=["file_id", "path", "message"], how="anti")
    return pl.DataFrame(whole, schema=issues.schema), left


def _with_files(notes: pl.DataFrame, files: pl.DataFrame) -> pl.DataFrame:
    """Return the notes with what their files are about, and their month."""
    known = files.select("file_id", "path", "name", "series", *POINT, month_of_file().alias("month"))
    return notes.select("file_id", "path", "check_name", "line", "value", "message").join(
        known.unique(["file_id", "path"]), on=["file_id", "path"]
    )


def _with_hour(issue: dict[str, Any], lost: Sequence[dict[str, Any]]) -> dict[str, Any]:
    if not lost:
        return issue
    series = list(dict.fromkeys(french.SERIES[row["series"]] for row in lost))
    curves = "sa courbe" if len(series) == 1 else "ses courbes"
    return {
        **issue,
        "message": f"{issue['message']} À l'heure d'hiver, l'heure doublée n'est qu'une fois dans {curves} "
        f"({french.listed(series)}) : lue comme la première, l'autre manque.",
        "evidence": evidence(*json.loads(issue["evidence"] or "[]"), *map(_proof, lost)),
    }


def _fact(same: Sequence[dict[str, Any]], month: date) -> dict[str, object]:
    first = same[0]
    names = list(dict.fromkeys(row["name"] for row in same))
    counted = f", {french.plural(len(same), 'ligne')}" if len(same) > len(names) else ""
    listed = french.listed([f"« {name} »" for name in names])
    return {
        "check_name": first["check_name"],
        "month": month,
        **{name: first[name] for name in POINT},
        "evidence": evidence(*map(_proof, same[:LONGEST_PROOF])),
        "message": f"{'Fichier' if len(names) == 1 else 'Fichiers'} {listed}{counted} : {first['message']}",
        "discriminator": f"{first['path']}|{first['line'] or ''}",
    }


def _proof(note: dict[str, Any]) -> dict[str, object]:
    return {"file": note["path"], "line": note["line"], "value": note["value"]}
