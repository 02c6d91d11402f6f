"""What self-consumption saved: kWh × (avoided price − local price − organiser's fee); what taking part costs beside."""

from datetime import date

import polars as pl

from energy_pipeline import french
from energy_pipeline.reconciliation.files import standing_refusals
from energy_pipeline.reconciliation.finding import facts
from energy_pipeline.reconciliation.management import management_surcharge
from energy_pipeline.reconciliation.prices import lookup
from energy_pipeline.tables import marts
from energy_pipeline.tables.schemas import polars_schema

PRICES = ("avoided_price", "local_price", "organiser_fee")
NEEDED = {"avoided_price": "prix évité", "local_price": "prix local"}
"""Prices without which there is no saving; an organiser's fee that nobody gives is 0."""
PERIOD = ("operation_id", "period_start")


def savings(
    daily: pl.DataFrame, operation_periods: pl.DataFrame, stretches: pl.DataFrame, sites: pl.DataFrame, month: date
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return `marts.saving_month` of the periods of `month`, and facts `price_missing`, at most one per period.

    `daily`: of `reduce_curves`; `stretches`: of `prices.timeline`; `sites`: marts.site. The self-consumption is ours,
    else the published one; NULL where a day is unknown. `saving_eur` is NULL where a price is missing on a day with
    self-consumption.
    """
    periods = operation_periods.filter(pl.col("month") == month).select(*PERIOD, "period_end", "month")
    days = daily.join(periods, on=PERIOD).with_columns(
        kwh=pl.coalesce("self_consumption_kwh", "published_self_consumption_kwh")
    )
    for price in PRICES:
        days = lookup(days, stretches, price)
    days = days.with_columns(pl.col("organiser_fee").fill_null(0))
    used = pl.col("kwh") > 0
    by_consumer = (
        days.group_by(*PERIOD, "period_end", "month", "prm")
        .agg(
            pl.when(pl.col("kwh").is_not_null().any()).then(pl.col("kwh").sum()).alias("self_consumption_kwh"),
            *(
                pl.when((pl.col(price).is_not_null() | ~used).all() & (pl.col("kwh").sum() > 0))
                .then((pl.col("kwh") * pl.col(price)).sum() / pl.col("kwh").sum())
                .alias(price)
                for price in PRICES
            ),
            *((pl.col(price).is_null() & used).any().alias(f"{price}_missing") for price in NEEDED),
            pl.len().alias("days"),
        )
        .with_columns(
            saving_eur=pl.when(pl.col("self_consumption_kwh") == 0)
            .then(0.0)
            .otherwise(
                pl.col("self_consumption_kwh")
                * (pl.col("avoided_price") - pl.col("local_price") - pl.col("organiser_fee"))
            )
        )
        .sort(*PERIOD, "prm")
    )
    schema = polars_schema(marts.SAVING_MONTH)
    rounding = {"avoided_price": 6, "local_price": 6, "organiser_fee": 6, "saving_eur": 4, "management_eur": 4}
    made = management_surcharge(by_consumer, sites).with_columns(
        pl.col(name).round(digits) for name, digits in rounding.items()
    )
    return made.select(pl.col(name).cast(type_) for name, type_ in schema.items()), _missing(by_consumer)


def _missing(by_consumer: pl.DataFrame) -> pl.DataFrame:
    lacking = (
        by_consumer.filter(pl.any_horizontal(f"{price}_missing" for price in NEEDED))
        .group_by(*PERIOD, "period_end", "month", maintain_order=True)
        .agg(
            *(pl.col(f"{price}_missing").any() for price in NEEDED),
            pl.col("prm").n_unique().alias("consumers"),
        )
    )
    return facts(
        [
            {
                "check_name": "price_missing",
                "month": row["month"],
                "operation_id": row["operation_id"],
                "period_start": row["period_start"],
                "period_end": row["period_end"],
                "message": (
                    f"{_names(row)} {french.short_period(row['period_start'], row['period_end'])} pour "
                    f"{row['consumers']} {'consommateur' if row['consumers'] == 1 else 'consommateurs'} : "
                    "l'économie en euros n'est pas calculée."
                ),
            }
            for row in lacking.iter_rows(named=True)
        ]
    )


def with_refused_prices(missing: pl.DataFrame, files: pl.DataFrame) -> pl.DataFrame:
    """Return the facts `price_missing` with the file of prices that was refused and would have told, if there is one.

    `files`: landing.file.
    """
    refused = standing_refusals(files).filter(pl.col("kind") == "prices")
    if refused.is_empty():
        return missing
    said = [
        f" Le fichier de prix « {name} » est refusé : {(reason or 'motif inconnu').rstrip('.')}."
        for name, reason in refused.select("name", "reason").unique(maintain_order=True).iter_rows()
    ]
    return missing.with_columns(pl.col("message") + pl.lit("".join(said)))


def _names(row: dict[str, object]) -> str:
    names = [word for price, word in NEEDED.items() if row[f"{price}_missing"]]
    return f"{' et '.join(names)} manquant{'s' if len(names) > 1 else ''}".capitalize()
