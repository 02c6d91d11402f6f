-- Refused files of the operation that concern the period, or that bear no period.
SELECT name, reason, reason_line, reason_column, reason_value
FROM marts.file
WHERE operation_id = $operation_id
  AND status = 'quarantined'
  AND coalesce(period_start, $period_end::DATE) <= $period_end::DATE
  AND coalesce(period_end, $period_start::DATE) >= $period_start::DATE
ORDER BY path, file_id
