-- Bills that no curve allows to check, and how many of them are of points of no operation.
SELECT count(*) AS bills, count(*) FILTER (operation_id IS NULL) AS of_no_operation
FROM marts.invoice_reconciliation
WHERE verdict = 'no_curve'
