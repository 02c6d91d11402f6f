-- Mean power of the operation at each hour of each civil day of the period.
SELECT
  CAST(step_start AS DATE) AS day,
  CAST(hour(step_start) AS INTEGER) AS hour,
  sum(consumption_w) / count(DISTINCT step_start) / 1000 AS consumption_kw,
  sum(self_consumption_w) FILTER (role = 'producer') / count(DISTINCT step_start) / 1000 AS shared_kw,
  sum(published_self_consumption_w) FILTER (role = 'consumer') / count(DISTINCT step_start) / 1000
    AS published_shared_kw
FROM marts.curve
WHERE operation_id = $operation_id AND period_start = $period_start
GROUP BY day, hour
ORDER BY day, hour
