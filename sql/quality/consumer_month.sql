-- Consumers: part of the subscribed power used, change of the daily consumption, rate.
WITH daily AS (
    SELECT *, consumption_kwh / (period_end - period_start + 1) AS kwh_per_day
    FROM marts.consumer_month
)

SELECT
    daily.operation_id, daily.period_start, daily.prm,
    daily.self_production_rate,
    daily.kwh_per_day / 24 / site.subscribed_kva AS used_power,
    daily.kwh_per_day / nullif(lag(daily.kwh_per_day) OVER (
        PARTITION BY daily.operation_id, daily.prm ORDER BY daily.period_start
    ), 0) AS beside_the_period_before
FROM daily
LEFT JOIN marts.site AS site ON site.site_id = daily.prm AND site.subscribed_kva > 0
QUALIFY daily.month >= $since
