-- Each step of each participant from a day to another, both included, with the type of key of its period.
SELECT
    curve.prm, curve.role, curve.step_start, curve.step_minutes,
    coalesce(curve.consumption_w, curve.production_w) AS power_w,
    curve.self_consumption_w,
    period.key_type_used
FROM marts.curve AS curve
INNER JOIN marts.operation_month AS period USING (operation_id, period_start)
WHERE operation_id = $operation_id
  AND curve.step_start >= $first::DATE::TIMESTAMP::TIMESTAMPTZ
  AND curve.step_start < ($last::DATE + 1)::TIMESTAMP::TIMESTAMPTZ
ORDER BY curve.step_start, curve.role, curve.prm
