-- Files of the operation that concern the period, or that bear no period, counted by kind and status.
SELECT
  kind,
  count(*) FILTER (status = 'loaded') AS loaded,
  count(*) FILTER (status = 'superseded') AS superseded,
  count(*) FILTER (status = 'duplicate') AS duplicate,
  count(*) FILTER (status = 'quarantined') AS quarantined
FROM marts.file
WHERE operation_id = $operation_id
  AND coalesce(period_start, $period_end::DATE) <= $period_end::DATE
  AND coalesce(period_end, $period_start::DATE) >= $period_start::DATE
GROUP BY kind
ORDER BY kind NULLS LAST
