-- Periods that belong to a month, all operations.
SELECT operation_id, period_start, period_end, month
FROM marts.operation_month
WHERE month = $month
ORDER BY operation_id, period_start
