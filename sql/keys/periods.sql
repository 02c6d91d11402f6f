-- Periods of an operation, the latest first.
SELECT period_start, period_end, month
FROM marts.operation_month
WHERE operation_id = $operation_id
ORDER BY period_start DESC
