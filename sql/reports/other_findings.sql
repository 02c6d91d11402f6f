-- Findings that belong to no operation: files of unknown origin, bills of sites outside every operation.
SELECT
  month, check_name, severity, party, supplier, amount_eur, amount_ttc_eur, message
FROM marts.finding
WHERE operation_id IS NULL
ORDER BY
  month DESC NULLS LAST, list_position(['error', 'warning', 'info'], severity), abs(coalesce(amount_eur, 0)) DESC,
  check_name, finding_id
