-- Checks of the bills of the month that fail, or that a person is to review.
SELECT
  supplier, invoice_number, detail_id, prm, check_name, decision, invoiced, expected, unit, amount_eur, method, source
FROM marts.bill_check
SEMI JOIN (
  SELECT supplier, invoice_number, detail_id, prm
  FROM marts.invoice_reconciliation
  WHERE operation_id = $operation_id AND month = $month
) AS bill USING (supplier, invoice_number, detail_id, prm)
WHERE decision IN ('invalid', 'review')
ORDER BY decision, abs(coalesce(amount_eur, 0)) DESC, supplier, invoice_number, detail_id, prm, check_name
