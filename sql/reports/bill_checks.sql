-- How many checks of each bill of the month came to each decision.
SELECT supplier, invoice_number, detail_id, prm, decision, count(*) AS checks
FROM marts.bill_check
SEMI JOIN (
  SELECT supplier, invoice_number, detail_id, prm
  FROM marts.invoice_reconciliation
  WHERE operation_id = $operation_id AND month = $month
) AS bill USING (supplier, invoice_number, detail_id, prm)
GROUP BY supplier, invoice_number, detail_id, prm, decision
ORDER BY supplier, invoice_number, detail_id, prm, decision
