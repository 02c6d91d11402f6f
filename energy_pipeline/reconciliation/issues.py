"""What the computation of the split noticed (`computed.issue`), as facts."""

from datetime import date

import polars as pl

from energy_pipeline.reconciliation.finding import FACT_SCHEMA


def issue_facts(issues: pl.DataFrame, month: date) -> pl.DataFrame:
    """Return the issues of the periods that end in `month` as facts; issues alike but for their message are several."""
    rows = issues.with_columns(month=pl.col("period_end").dt.truncate("1mo")).filter(pl.col("month") == month)
    missing = [pl.lit(None).alias(name) for name in FACT_SCHEMA if name not in rows.columns]
    return rows.with_columns(missing).select(pl.col(name).cast(type_) for name, type_ in FACT_SCHEMA.items())
