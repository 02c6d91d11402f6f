"""Details of invoices: the latest version of each row of the suppliers' exports, its month, its kind."""

import polars as pl

from energy_pipeline.tables import landing
from energy_pipeline.tables.schemas import polars_schema

KEY = ("supplier", "invoice_number", "detail_id", "prm")
"""Business key of a detail (design §5)."""

_OF_REGISTERS = {f"energy_{name}_eur" for name in landing.REGISTERS}
"""Parts of `energy_eur`: rows that landed before they were read lack them, and bill the same."""
AMOUNTS = tuple(
    column.name for column in landing.INVOICE_ROW.columns if column.unit == "EUR" and column.name not in _OF_REGISTERS
)
BILLED = (
    "detail_type", "origin_number", "invoice_date", "subscription_start", "subscription_end", "consumption_start",
    "consumption_end", "fixed_grid_start", "fixed_grid_end", *AMOUNTS, "consumption_kwh", "consumption_hp_kwh",
    "consumption_hc_kwh", "consumption_hpb_kwh", "consumption_hcb_kwh", "reading_type",
)  # fmt: skip
"""What a row bills. The rest (site name, codes, last reading, …) may be edited on the supplier's portal and change
from one export to the next without the bill being another one."""

REGISTERS = tuple(f"consumption_{name}_kwh" for name in landing.REGISTERS)

ACTUAL_READING = r"normal|reel|telereleve|releve enedis"
NOT_ACTUAL = r"estim|auto|irreel|non reel"

SUPERSEDED_SCHEMA = {
    **{name: pl.String() for name in KEY},
    "path": pl.String(),
    "line": pl.Int32(),
    "previous_path": pl.String(),
    "previous_line": pl.Int32(),
    "month": pl.Date(),
    "changed": pl.List(pl.String()),
    "total_excl_vat_eur": polars_schema(landing.INVOICE_ROW)["total_excl_vat_eur"],
    "previous_total_excl_vat_eur": polars_schema(landing.INVOICE_ROW)["total_excl_vat_eur"],
}


def plain(column: str) -> pl.Expr:
    """Return a text column in lower case without accents."""
    lowered = pl.col(column).str.to_lowercase().str.normalize("NFKD")
    return lowered.str.replace_all(r"\p{M}", "")


def month() -> pl.Expr:
    """Return the month a detail belongs to: of the end of its consumption, else of its accounting date (design §3)."""
    day = pl.coalesce(
        "consumption_end", "invoice_date", "subscription_end", "fixed_grid_end", "due_date",
        pl.col("received_at").dt.date(),
    )  # fmt: skip
    return day.dt.truncate("1mo")


def kind() -> pl.Expr:
    """Return what a detail is: `cancellation` or `credit` by its type, `credit` when its total is negative."""
    text = plain("detail_type").fill_null("")
    total = pl.coalesce("total_incl_vat_eur", "total_excl_vat_eur")
    return (
        pl.when(text.str.contains("annul"))
        .then(pl.lit("cancellation"))
        .when(text.str.contains("avoir") | (total < 0).fill_null(False))
        .then(pl.lit("credit"))
        .otherwise(pl.lit("invoice"))
    )


def reading() -> pl.Expr:
    """Return `actual` or `estimated` (anything that is not said to be read from the meter), NULL when not said."""
    text = plain("reading_type").str.strip_chars()
    actual = text.str.contains(ACTUAL_READING) & ~text.str.contains(NOT_ACTUAL)
    return (
        pl.when(text.is_null() | (text == ""))
        .then(None)
        .when(actual)
        .then(pl.lit("actual"))
        .otherwise(pl.lit("estimated"))
    )


def billed_kwh() -> pl.Expr:
    """Return the energy billed: the total as written, else the sum of the registers (kWh)."""
    registers = pl.when(pl.any_horizontal(pl.col(name).is_not_null() for name in REGISTERS)).then(
        pl.sum_horizontal(REGISTERS)
    )
    return pl.coalesce("consumption_kwh", registers)


def latest_details(rows: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return the latest version of each detail, and those that an export changed.

    `rows`: landing.invoice_row with `received_at` and `path`. The same row in two exports is one row; of two rows of
    the same key with other content, the later received wins (ties by file_id). When one file gives a key several
    times with other content, the rows are parts of the same detail: the further ones take the suffix `-2`, `-3`, …

    Returns the details (columns of `rows`), and one row per detail whose bill changed: KEY, `path` and `line` of the
    version kept, `previous_path` and `previous_line` of the one that it replaces, `month`, `changed` (names of the
    columns), and both totals excluding VAT.
    """
    content = pl.concat_str([pl.col(name).cast(pl.String).fill_null("") for name in BILLED], separator="|")
    versions = (
        rows.with_columns(_content=content)
        .sort("received_at", "file_id", "sheet", "line")
        .unique(["file_id", *KEY, "_content"], keep="first", maintain_order=True)
        .with_columns(_rank=pl.int_range(pl.len()).over("file_id", *KEY))
        .with_columns(
            detail_id=pl.when(pl.col("_rank") > 0)
            .then(pl.format("{}-{}", "detail_id", pl.col("_rank") + 1))
            .otherwise("detail_id")
        )
        .drop("_rank")
    )
    latest = versions.unique(KEY, keep="last", maintain_order=True)
    return latest.select(rows.columns), _superseded(versions, latest)


def _superseded(versions: pl.DataFrame, latest: pl.DataFrame) -> pl.DataFrame:
    pairs = (
        latest.join(versions, on=KEY, nulls_equal=True, suffix="_before")
        .filter(pl.col("_content") != pl.col("_content_before"))
        .unique(KEY, keep="last", maintain_order=True)
    )
    if pairs.is_empty():
        return pl.DataFrame(schema=SUPERSEDED_SCHEMA)
    changed = pl.concat_list(
        pl.when(pl.col(name).ne_missing(pl.col(f"{name}_before"))).then(pl.lit(name)) for name in BILLED
    )
    return pairs.select(
        *KEY,
        "path",
        "line",
        pl.col("path_before").alias("previous_path"),
        pl.col("line_before").alias("previous_line"),
        month().alias("month"),
        changed.list.drop_nulls().alias("changed"),
        "total_excl_vat_eur",
        pl.col("total_excl_vat_eur_before").alias("previous_total_excl_vat_eur"),
    ).cast(SUPERSEDED_SCHEMA)  # type: ignore[arg-type]
