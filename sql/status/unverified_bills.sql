-- Bills of points of an operation that no curve allows to check: those of other points have nothing to be compared with.
SELECT count(*) AS bills
FROM marts.invoice_reconciliation
WHERE verdict = 'no_curve' AND operation_id IS NOT NULL
