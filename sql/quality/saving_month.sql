-- Savings: prices, and what a kWh saves.
SELECT
    operation_id, period_start, prm,
    CAST(avoided_price AS DOUBLE) AS avoided_price, CAST(local_price AS DOUBLE) AS local_price,
    CAST(organiser_fee AS DOUBLE) AS organiser_fee,
    CAST(avoided_price - local_price AS DOUBLE) AS saved_per_kwh
FROM marts.saving_month
WHERE month >= $since
