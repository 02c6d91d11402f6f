"""`marts.completeness`: each file that a period calls for, participant by participant, and what became of it."""

import polars as pl

from energy_pipeline.periods.deadlines import DYNAMIC
from energy_pipeline.tables import marts, schemas

MEASURED = {"consumer": "consumption", "producer": "production"}
SERIES = {
    "consumer": ("consumption", "self_consumption", "complement"),
    "producer": ("production", "self_produced", "surplus"),
}
PERIOD = ["operation_id", "period_start", "period_end"]
ROW = [*PERIOD, "prm", "role", "kind", "series"]

_TYPES = {"role": pl.String(), "kind": pl.String(), "series": pl.String()}
PARTICIPANT_FILES = pl.DataFrame(
    [(role, kind, series) for role, names in SERIES.items() for kind in ("curve", "energy") for series in names]
    + [("producer", "exchange", "self_produced")],
    schema=_TYPES,
    orient="row",
)
"""What Enedis sends for each participant (§5.2.2.1, §11.6.1.1); the detail of a producer is its self-produced part."""
OPERATION_FILES = pl.DataFrame(
    [(None, kind, None) for kind in ("perimeter", "synthesis", "dynamic_keys")], schema=_TYPES, orient="row"
)


def completeness(
    operations: pl.DataFrame, participants: pl.DataFrame, periods: pl.DataFrame, files: pl.DataFrame
) -> pl.DataFrame:
    """Return `marts.completeness`, sorted: a row per period, participant and file, and operation-level file.

    `operations`: marts.operation, `participants`: marts.participant, `periods`: (operation_id, period_start,
    period_end), `files`: landing.file. Consumption and production curves are always expected, dynamic keys where the
    operation declares them; the rest where the operation received the like for any period. Of simple dynamic keys
    only: full dynamic ones go by API. A file counts for the period when it covers most of the days that the participant
    was present; among several, the one loaded that was received last.
    """
    cells = pl.concat(
        [
            _presences(participants, periods).join(PARTICIPANT_FILES, on="role"),
            periods.select(
                *PERIOD,
                prm=pl.lit(None, pl.String),
                present_from=pl.col("period_start"),
                present_to=pl.col("period_end"),
            ).join(OPERATION_FILES, how="cross"),
        ],
        how="diagonal",
    )
    received = _dated(files)
    ever = (
        received.filter(pl.col("status") == "loaded")
        .select("operation_id", "kind", "series")
        .unique()
        .with_columns(is_received=pl.lit(True))
    )
    dynamic = operations.select("operation_id", is_dynamic=pl.col("key_type") == DYNAMIC[0])
    is_expected = (
        ((pl.col("kind") == "curve") & (pl.col("series") == pl.col("role").replace_strict(MEASURED, default=None)))
        | ((pl.col("kind") == "dynamic_keys") & pl.col("is_dynamic").fill_null(False))
        | ((pl.col("kind") != "dynamic_keys") & pl.col("is_received").fill_null(False))
    )
    rows = (
        cells.join(_counting(cells, received), on=ROW, how="left", nulls_equal=True)
        .join(ever, on=["operation_id", "kind", "series"], how="left", nulls_equal=True)
        .join(dynamic, on="operation_id", how="left")
        .with_columns(
            month=pl.col("period_end").dt.truncate("1mo"),
            status=pl.when(pl.col("status") == "loaded")
            .then(pl.lit("received"))
            .when(pl.col("status") == "quarantined")
            .then(pl.lit("quarantined"))
            .when(is_expected.fill_null(False))
            .then(pl.lit("missing"))
            .otherwise(pl.lit("not_expected")),
        )
        .select(marts.COMPLETENESS.column_names)
        .sort(*ROW)
    )
    return schemas.validate(marts.COMPLETENESS, rows)


def _presences(participants: pl.DataFrame, periods: pl.DataFrame) -> pl.DataFrame:
    """Return (operation, period, prm, role, present_from, present_to): first and last day present in the period."""
    last_day = pl.col("valid_to").dt.offset_by("-1d")
    return (
        periods.select(PERIOD)
        .join(participants.select("operation_id", "prm", "role", "valid_from", "valid_to"), on="operation_id")
        .with_columns(
            present_from=pl.max_horizontal("valid_from", "period_start"),
            present_to=pl.min_horizontal(last_day, "period_end"),
        )
        .filter(pl.col("present_from") <= pl.col("present_to"))
        .group_by(*PERIOD, "prm", "role")
        .agg(pl.col("present_from").min(), pl.col("present_to").max())
    )


def _dated(files: pl.DataFrame) -> pl.DataFrame:
    """Return the files of the matrix with their period; a perimeter has none but those of the files it came with.

    A perimeter that did not change is the same file in each delivery (`duplicate`), an older one is superseded: each is
    the perimeter of its delivery.
    """
    kinds = [*PARTICIPANT_FILES["kind"].unique(), *OPERATION_FILES["kind"]]
    is_again = pl.col("status").is_in(["duplicate", "superseded"])
    known = files.filter(
        pl.col("operation_id").is_not_null()
        & pl.col("kind").is_in(kinds)
        & (pl.col("status").is_in(["loaded", "quarantined"]) | ((pl.col("kind") == "perimeter") & is_again))
    )
    has_period = pl.col("period_start").is_not_null() & pl.col("period_end").is_not_null()
    deliveries = files.filter(has_period & pl.col("kind").is_in(kinds)).select(*PERIOD, "delivery").unique()
    columns = [*PERIOD, "prm", "kind", "series", "status", "received_at", "file_id", "path"]
    undated = (
        known.filter(~has_period & (pl.col("kind") == "perimeter"))
        .drop("period_start", "period_end")
        .join(deliveries, on=["operation_id", "delivery"])
    )
    of_operation = pl.col("kind").is_in(OPERATION_FILES["kind"].to_list())
    return pl.concat([known.filter(has_period).select(columns), undated.select(columns)]).with_columns(
        *(pl.when(~of_operation).then(name).alias(name) for name in ("prm", "series")),
        status=pl.when(is_again).then(pl.lit("loaded")).otherwise("status"),
    )


def _counting(cells: pl.DataFrame, received: pl.DataFrame) -> pl.DataFrame:
    """Return, for each cell that has one, the file that counts: its status and path."""
    file_period = ["operation_id", "file_start", "file_end"]
    files = received.rename({"period_start": "file_start", "period_end": "file_end"})
    touching = (
        cells.select(PERIOD)
        .unique()
        .join(files.select(file_period).unique(), on="operation_id")
        .filter((pl.col("file_start") <= pl.col("period_end")) & (pl.col("file_end") >= pl.col("period_start")))
    )
    common = (
        pl.min_horizontal("present_to", "file_end") - pl.max_horizontal("present_from", "file_start")
    ).dt.total_days() + 1
    present = (pl.col("present_to") - pl.col("present_from")).dt.total_days() + 1
    return (
        files.join(touching, on=file_period)
        .join(cells, on=[*PERIOD, "prm", "kind", "series"], nulls_equal=True)
        .filter(2 * common > present)
        .sort(pl.col("status") == "loaded", "received_at", "file_id")
        .group_by(*ROW)
        .agg(pl.col("status", "path").last())
    )
