-- Checks of the bills of the month that came to a decision: those that fail, those that a person is to review, those
-- that the bill passes.
SELECT
  supplier, invoice_number, detail_id, prm, check_name, decision, invoiced, expected, unit, amount_eur, method, source
FROM marts.bill_check
SEMI JOIN (
  SELECT supplier, invoice_number, detail_id, prm
  FROM marts.invoice_reconciliation
  WHERE operation_id = $operation_id AND month = $month
) AS bill USING (supplier, invoice_number, detail_id, prm)
WHERE decision <> 'ignored'
ORDER BY
  list_position(['invalid', 'review', 'valid'], decision), abs(coalesce(amount_eur, 0)) DESC,
  supplier, invoice_number, detail_id, prm, check_name
