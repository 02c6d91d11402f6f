-- Number of steps of the period, and its participants whose curve is not wholly measured.
SELECT
  prm,
  role,
  count(*) AS steps,
  count(*) FILTER (quality IN ('estimated_linear', 'estimated_week_before')) AS estimated,
  count(*) FILTER (quality = 'missing') AS missing,
  count(*) FILTER (quality = 'suspect') AS suspect,
  any_value(step_minutes) AS step_minutes
FROM marts.curve
WHERE operation_id = $operation_id AND period_start = $period_start
GROUP BY prm, role
ORDER BY missing DESC, estimated DESC, suspect DESC, prm, role
