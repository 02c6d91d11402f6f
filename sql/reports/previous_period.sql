-- Indicators of the period before, if it ended less than a month before this one starts.
SELECT * EXCLUDE (operation_id)
FROM marts.operation_month
WHERE operation_id = $operation_id
  AND period_end BETWEEN $period_start::DATE - INTERVAL 31 DAY AND $period_start::DATE - INTERVAL 1 DAY
ORDER BY period_end DESC
LIMIT 1
