-- Indicators of the same month of the year before; of its last period where it has two.
SELECT * EXCLUDE (operation_id)
FROM marts.operation_month
WHERE operation_id = $operation_id AND month = $month::DATE - INTERVAL 1 YEAR
ORDER BY period_start DESC
LIMIT 1
