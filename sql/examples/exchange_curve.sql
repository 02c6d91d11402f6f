-- The first hour of each period, where producers have keys of their own.
SELECT operation_id, period_start, producer_prm, consumer_prm, list_slice(power_w, 1, 4) AS power_w
FROM marts.exchange_curve
