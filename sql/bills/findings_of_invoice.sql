-- The findings about an invoice, the gravest and the most expensive first.
SELECT finding_id, check_name, severity, supplier, detail_id, prm, amount_eur, amount_ttc_eur, message,
  CAST(evidence AS VARCHAR) AS evidence
FROM marts.finding
WHERE invoice_number = $invoice_number
ORDER BY
  supplier,
  CASE severity WHEN 'error' THEN 0 WHEN 'warning' THEN 1 ELSE 2 END,
  abs(amount_eur) DESC NULLS LAST, finding_id
