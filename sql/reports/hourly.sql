-- Mean power of the operation at each hour of the civil day, over the days of the period.
SELECT
  CAST(hour(step_start) AS INTEGER) AS hour,
  sum(consumption_w) / count(DISTINCT step_start) / 1000 AS consumption_kw,
  sum(production_w) / count(DISTINCT step_start) / 1000 AS production_kw,
  sum(self_consumption_w) FILTER (role = 'producer') / count(DISTINCT step_start) / 1000 AS shared_kw,
  sum(surplus_w) / count(DISTINCT step_start) / 1000 AS surplus_kw,
  sum(published_self_consumption_w) FILTER (role = 'consumer') / count(DISTINCT step_start) / 1000
    AS published_shared_kw,
  sum(published_surplus_w) / count(DISTINCT step_start) / 1000 AS published_surplus_kw
FROM marts.curve
WHERE operation_id = $operation_id AND period_start = $period_start
GROUP BY hour
ORDER BY hour
