-- Day by which the dynamic keys of a period are due.
SELECT due_on
FROM marts.deadline
WHERE operation_id = $operation_id AND kind = 'dynamic_keys' AND period_start = $period_start
