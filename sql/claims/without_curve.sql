-- Bills that no curve allowed to check, and why.
SELECT supplier, operation_id, reason, count(*) AS details
FROM marts.invoice_reconciliation
WHERE verdict = 'no_curve'
  AND ($operations IS NULL OR operation_id IN $operations)
  AND ($supplier IS NULL OR supplier = $supplier)
  AND ($first IS NULL OR month BETWEEN $first AND $last)
GROUP BY supplier, operation_id, reason
ORDER BY details DESC, supplier, operation_id, reason
