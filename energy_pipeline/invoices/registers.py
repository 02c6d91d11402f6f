"""Registers of bills that the export tells in a file of its own, a line per register: EDF's sites_elec_phs.csv."""

import polars as pl

from energy_pipeline.tables import landing

SLOTS = {"BASE": "hp", "HP": "hp", "HPH": "hp", "HC": "hc", "HCH": "hc", "HPB": "hpb", "HCB": "hcb"}
"""Register of our columns that counts a slot."""
INVOICE = ("supplier", "invoice_number", "prm")
KWH_PER_LINE = 1.0
"""What rounding hides."""


def with_registers(rows: pl.DataFrame, readings: pl.DataFrame) -> pl.DataFrame:
    """Return `rows` with the energy and the amount of each register, where the export tells them apart elsewhere.

    `rows`: landing.invoice_row; `readings`: landing.reading; both with `received_at` and `path`. Only rows that tell no
    register themselves, that are alone in their file for their invoice and point, and whose energy the lines make: a
    line of another register (the peak hours of large sites) leaves the row as it is. An amount is filled where each
    line has one.
    """
    kwh = [f"consumption_{name}_kwh" for name in landing.REGISTERS]
    eur = [f"energy_{name}_eur" for name in landing.REGISTERS]
    told = _told(readings)
    is_open = (
        pl.all_horizontal(pl.col(name).is_null() for name in (*kwh, *eur))
        & (pl.len().over("file_id", *INVOICE) == 1)
        & ((pl.col("told_kwh") - pl.col("consumption_kwh")).abs() <= KWH_PER_LINE * pl.col("told_lines"))
    ).fill_null(False)
    return (
        rows.join(told, on=INVOICE, how="left", suffix="_told", maintain_order="left")
        .with_columns(is_open=is_open)
        .with_columns(
            pl.when("is_open").then(pl.col(f"{name}_told").cast(rows.schema[name])).otherwise(name).alias(name)
            for name in (*kwh, *eur)
        )
        .select(rows.columns)
    )


def _told(readings: pl.DataFrame) -> pl.DataFrame:
    """Return a row per invoice and point: its registers' columns, `told_kwh` and `told_lines`."""
    lines = (
        readings.filter(pl.col("invoice_number").is_not_null() & pl.col("consumption_kwh").is_not_null())
        .sort("received_at", "file_id", "sheet", "line")
        .unique(["supplier", "invoice_number", "site_id", "register", "read_on"], keep="last", maintain_order=True)
        .with_columns(counted=pl.col("slot").replace_strict(SLOTS, default=None, return_dtype=pl.String))
    )
    has_amounts = pl.col("energy_eur").is_not_null().all()
    known = pl.col("counted").is_not_null()
    return lines.group_by("supplier", "invoice_number", prm="site_id").agg(
        *(_sum("consumption_kwh", name).alias(f"consumption_{name}_kwh") for name in landing.REGISTERS),
        *(
            pl.when(has_amounts).then(_sum("energy_eur", name)).alias(f"energy_{name}_eur")
            for name in landing.REGISTERS
        ),
        told_kwh=pl.col("consumption_kwh").filter(known).sum(),
        told_lines=known.sum(),
    )


def _sum(column: str, register: str) -> pl.Expr:
    counted = pl.col("counted") == register
    return pl.when(counted.any()).then(pl.col(column).filter(counted).sum())
