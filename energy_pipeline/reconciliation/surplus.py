"""What the surplus earns: kWh × the surplus price of `prices.csv`."""

import polars as pl

from energy_pipeline.reconciliation.prices import lookup
from energy_pipeline.tables.money_marts import SURPLUS_MONTH
from energy_pipeline.tables.schemas import polars_schema

PRICE = "surplus_price"


def surplus_revenue(daily: pl.DataFrame, stretches: pl.DataFrame) -> pl.DataFrame:
    """Return `marts.surplus_month`.

    `daily`: a row per producer, period and day: the columns of the key, `day`, `surplus_kwh` (of the whole period) and
    `weight` (of the day in it, any unit); `stretches`: of `prices.timeline`. The price is the mean over the kWh; it is
    NULL, and so is the revenue, where a day with surplus has none.
    """
    key = ("operation_id", "period_start", "period_end", "month", "prm")
    days = lookup(daily, stretches, PRICE)
    used = pl.col("weight") > 0
    mean = (pl.col("weight") * pl.col(PRICE)).sum() / pl.col("weight").sum()
    made = (
        days.group_by(key, maintain_order=True)
        .agg(
            pl.col("surplus_kwh").first(),
            pl.when((pl.col(PRICE).is_not_null() | ~used).all() & used.any()).then(mean).alias(PRICE),
        )
        .with_columns(
            revenue_eur=pl.when(pl.col("surplus_kwh") == 0)
            .then(0.0)
            .otherwise(pl.col("surplus_kwh") * pl.col(PRICE))
            .round(4),
            surplus_price=pl.col(PRICE).round(6),
        )
        .sort("operation_id", "period_start", "prm")
    )
    return made.select(pl.col(name).cast(type_) for name, type_ in polars_schema(SURPLUS_MONTH).items())
