-- Refused files of the operation that concern the period, or that bear no period; and those of no operation that may
-- concern any: prices, bills, lists.
SELECT path, name, kind, prm, reason, reason_line, reason_column, reason_value
FROM marts.file
WHERE status = 'quarantined'
  AND (operation_id = $operation_id OR (operation_id IS NULL AND kind IN ('prices', 'invoices', 'sites', 'operations')))
  AND coalesce(period_start, $period_end::DATE) <= $period_end::DATE
  AND coalesce(period_end, $period_start::DATE) >= $period_start::DATE
ORDER BY path, file_id
