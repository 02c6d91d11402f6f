-- Periods in which the default keys stand in for the dynamic ones.
SELECT operation_id, period_start, period_end, month, default_steps, steps_expected
FROM marts.operation_month
WHERE key_type IN ('dynamic', 'full_dynamic')
  AND default_steps > 0
  AND ($operations IS NULL OR operation_id IN $operations)
  AND ($first IS NULL OR month BETWEEN $first AND $last)
ORDER BY operation_id, period_start
