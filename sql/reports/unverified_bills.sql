-- Bills that no curve allows to check, by month, operation and reason.
SELECT
  month, operation_id, reason, count(*) AS bills,
  list(DISTINCT invoice_number ORDER BY invoice_number) AS invoice_numbers
FROM marts.invoice_reconciliation
WHERE verdict = 'no_curve'
GROUP BY month, operation_id, reason
ORDER BY month DESC, operation_id NULLS LAST, reason
