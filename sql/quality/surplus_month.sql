-- Surplus sold: its price, and its energy beside that of the producer.
SELECT
    sold.operation_id, sold.period_start, sold.prm,
    CAST(sold.surplus_price AS DOUBLE) AS surplus_price,
    sold.surplus_kwh / nullif(coalesce(producer.production_kwh, producer.published_production_kwh), 0) AS surplus_rate
FROM marts.surplus_month AS sold
LEFT JOIN marts.producer_month AS producer USING (operation_id, period_start, prm)
WHERE sold.month >= $since
