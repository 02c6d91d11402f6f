-- The checks of an invoice, detail by detail; those that fail first, in the order in which the catalogue applies them.
SELECT
  supplier, detail_id, prm, pce, check_name, family, decision, reason, invoiced, expected, unit, amount_eur, method, source
FROM marts.bill_check
WHERE invoice_number = $invoice_number AND ($everything OR decision IN ('invalid', 'review'))
ORDER BY
  supplier, detail_id, prm, pce,
  CASE decision WHEN 'invalid' THEN 0 WHEN 'review' THEN 1 WHEN 'ignored' THEN 2 ELSE 3 END,
  family, check_name
