-- Indicators of one period of an operation.
SELECT * EXCLUDE (operation_id)
FROM marts.operation_month
WHERE operation_id = $operation_id AND period_start = $period_start
