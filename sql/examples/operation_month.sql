-- Ours beside what Enedis published.
SELECT operation_id, month, self_consumption_kwh, published_self_consumption_kwh, published_source
FROM marts.operation_month
