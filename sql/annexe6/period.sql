-- The period of an operation whose last day is in a month; the latest one without a month.
SELECT period_start, period_end, consumption_kwh, production_kwh, self_consumption_kwh, surplus_kwh,
  self_consumption_rate, self_production_rate, coverage_rate
FROM marts.operation_month
WHERE operation_id = $operation_id AND ($month::DATE IS NULL OR month = $month::DATE)
ORDER BY period_end DESC
LIMIT 1
