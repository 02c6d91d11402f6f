"""Rows of readings to validated frames of the landing tables."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import polars as pl
import pyarrow as pa
from numpy.typing import NDArray

from energy_pipeline.tables import schemas
from energy_pipeline.tables.model import Table

_ARRAYS = {"watts": pl.Float32(), "percents": pl.Float64()}


def _lists(arrays: Sequence[NDArray[np.floating]], inner: pl.DataType) -> pl.Series:
    """Return a list column of the arrays, NaN as NULL."""
    ends = np.cumsum([0, *(len(array) for array in arrays)])
    flat = pl.Series(np.concatenate(arrays)).cast(inner).fill_nan(None)
    lists = pa.LargeListArray.from_arrays(pa.array(ends, pa.int64()), flat.to_arrow())
    column = pl.from_arrow(lists)
    assert isinstance(column, pl.Series)
    return column


def frame(table: Table, rows: Sequence[Mapping[str, Any]]) -> pl.DataFrame:
    """Return the rows as a validated frame of `table`; a column of arrays is built without going through objects."""
    arrays = [column for column in _ARRAYS if column in table.column_names]
    plain = [{name: value for name, value in row.items() if name not in arrays} for row in rows]
    built = schemas.frame(table, plain)
    for column in arrays if rows else ():
        built = built.with_columns(_lists([row[column] for row in rows], _ARRAYS[column]).alias(column))
    return schemas.validate(table, built)
