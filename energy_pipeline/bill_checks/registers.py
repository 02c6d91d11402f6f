"""The registers of a meter, and the energy between two indexes."""

import polars as pl

REGISTERS = ("hp", "hc", "hpb", "hcb")
"""First to fourth register: base, peak or winter peak; off-peak or winter off-peak; the two of the summer."""
ROLL_OVERS = (100_000.0, 1_000_000.0)
"""A meter of five or six digits starts again from 0."""


def index_kwh(register: str) -> pl.Expr:
    """Return the energy that the two indexes of a register give, the roll-over that makes it positive applied."""
    difference = pl.col(f"end_index_{register}") - pl.col(f"start_index_{register}")
    low, high = ROLL_OVERS
    fits = difference + low >= 0
    return pl.when(difference >= 0).then(difference).when(fits).then(difference + low).otherwise(difference + high)
