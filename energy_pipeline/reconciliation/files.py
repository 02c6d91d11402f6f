"""Findings of the files: those refused, what was noticed in those read; and where each curve comes from."""

from datetime import date
from typing import Any

import polars as pl

from energy_pipeline import french
from energy_pipeline.metering.periods import of_operations, outvoted
from energy_pipeline.reconciliation.finding import evidence, facts
from energy_pipeline.reconciliation.notes import month_of_file, note_facts


def paths_of_curves(files: pl.DataFrame) -> dict[tuple[Any, ...], str]:
    """Return the path of the latest curve file by (operation, PRM, series, first day). `files`: landing.file."""
    curves = files.filter((pl.col("kind") == "curve") & pl.col("status").is_in(["loaded", "superseded"]))
    rows = curves.sort(pl.col("status") == "loaded", "received_at", "file_id")
    return {tuple(key): path for *key, path in
            rows.select("operation_id", "prm", "series", "period_start", "path").iter_rows()}  # fmt: skip


def file_facts(files: pl.DataFrame, notes: pl.DataFrame, month: date) -> pl.DataFrame:
    """Return facts `quarantined_file` and those of the notes: the readers' ones, and of a name of another period.

    `files`: landing.file; `notes`: landing.note with `received_at` and `path`.
    """
    standing = standing_refusals(files).filter(month_of_file() == month)
    refused = facts([_refused(row, month) for row in standing.iter_rows(named=True)])
    return pl.concat([refused, note_facts(files, notes, month), _misnamed(files, month)])


def standing_refusals(files: pl.DataFrame) -> pl.DataFrame:
    """Return the files refused and not mended since (same path, or same name in the same operation, received later).

    `files`: landing.file.
    """
    refused = files.filter(pl.col("status") == "quarantined")
    read = files.filter(pl.col("status").is_in(["loaded", "superseded"])).select(
        "path", "name", "operation_id", pl.col("received_at").alias("read_at")
    )
    fixed = pl.concat(
        [
            refused.join(read.select(*keys, "read_at"), on=keys).filter(pl.col("read_at") > pl.col("received_at"))
            .select("path", "file_id")
            for keys in (["path"], ["name", "operation_id"])
        ]
    )  # fmt: skip
    return refused.join(fixed, on=["path", "file_id"], how="anti").sort("path", "file_id")


def _refused(row: dict[str, Any], month: date) -> dict[str, object]:
    return {
        "check_name": "quarantined_file",
        "month": month,
        "operation_id": row["operation_id"],
        "prm": row["prm"],
        "period_start": row["period_start"],
        "period_end": row["period_end"],
        "evidence": evidence(
            {
                "file": row["path"],
                "line": row["reason_line"],
                "column": row["reason_column"],
                "value": row["reason_value"],
            }
        ),
        "message": f"Fichier « {row['name']} » refusé : {(row['reason'] or 'motif inconnu').rstrip('.')}{_where(row)}.",
        "discriminator": row["path"],
    }


def _where(row: dict[str, Any]) -> str:
    """Return the place of the fault, unless the reason tells it already."""
    said = (row["reason"] or "").lower()
    places = [f"ligne {row['reason_line']}", f"colonne {row['reason_column']}", f"valeur « {row['reason_value']} »"]
    values = [row["reason_line"], row["reason_column"], row["reason_value"]]
    parts = [
        place for place, value in zip(places, values, strict=True) if value is not None and place.lower() not in said
    ]
    return f" ({', '.join(parts)})" if parts else ""


def _misnamed(files: pl.DataFrame, month: date) -> pl.DataFrame:
    """Return a fact per file whose name stretches the period that the other files of its operation agree on."""
    lone = outvoted(files).filter(pl.col("kept_end").dt.truncate("1mo") == month)
    about = of_operations(files).join(lone, on=["operation_id", "period_start", "period_end"]).sort("path", "file_id")
    return facts(
        [
            {
                "check_name": "file_note",
                "month": month,
                "operation_id": row["operation_id"],
                "prm": row["prm"],
                "period_start": row["kept_start"],
                "period_end": row["kept_end"],
                "evidence": evidence({"file": row["path"]}),
                "message": (
                    f"Fichier « {row['name']} » : son nom annonce la période "
                    f"{french.short_period(row['period_start'], row['period_end'])}, les fichiers des autres points "
                    f"celle {french.short_period(row['kept_start'], row['kept_end'])}, qui seule est retenue."
                ),
                "discriminator": row["path"],
            }
            for row in about.iter_rows(named=True)
        ]
    )
