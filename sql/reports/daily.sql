-- Energies of each civil day, all participants together.
SELECT
  CAST(step_start AS DATE) AS day,
  sum(consumption_w * step_minutes) / 60000 AS consumption_kwh,
  sum(production_w * step_minutes) / 60000 AS production_kwh,
  sum(self_consumption_w * step_minutes) FILTER (role = 'producer') / 60000 AS shared_kwh,
  sum(surplus_w * step_minutes) / 60000 AS surplus_kwh,
  sum(published_self_consumption_w * step_minutes) FILTER (role = 'consumer') / 60000 AS published_shared_kwh,
  sum(published_surplus_w * step_minutes) / 60000 AS published_surplus_kwh
FROM marts.curve
WHERE operation_id = $operation_id AND period_start = $period_start
GROUP BY day
ORDER BY day
