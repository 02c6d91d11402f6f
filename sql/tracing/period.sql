-- Keys used and steps of an operation's period.
SELECT period_end, key_type, key_type_used, key_source, default_steps, steps_expected, steps_estimated, steps_missing
FROM marts.operation_month
WHERE operation_id = $operation_id AND period_start = $period_start
