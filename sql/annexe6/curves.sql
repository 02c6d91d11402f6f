-- Curves of a period, one row per participant: the steps that are known, in seconds from the first instant.
WITH steps AS (
  SELECT prm, role, step_minutes, self_consumption_w,
    epoch(step_start) - epoch($period_start::DATE::TIMESTAMPTZ) AS second,
    coalesce(consumption_w, production_w) AS measured_w,
    coalesce(complement_w, surplus_w) AS rest_w
  FROM marts.curve
  WHERE operation_id = $operation_id AND period_start = $period_start::DATE
)
SELECT prm, role, any_value(step_minutes) AS step_minutes,
  list(second::BIGINT ORDER BY second) AS seconds,
  list(measured_w ORDER BY second) AS measured_w,
  list(self_consumption_w ORDER BY second) AS shared_w,
  list(rest_w ORDER BY second) AS rest_w
FROM steps
GROUP BY prm, role
ORDER BY role, prm
