-- Length of the steps of an operation's period.
SELECT step_minutes FROM marts.curve WHERE operation_id = $operation_id AND period_start = $period_start LIMIT 1
