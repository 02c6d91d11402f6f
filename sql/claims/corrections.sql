-- What may settle a claim: credits of its bill, a newer version of its line, a split published again.
-- A credit of several sites names one bill: it counts for the points that both bear.
WITH point AS (SELECT DISTINCT supplier, invoice_number, prm FROM marts.invoice_line)
SELECT
  credit.supplier, credit.origin_number AS invoice_number, point.prm, NULL::VARCHAR AS detail_id,
  NULL::VARCHAR AS operation_id, NULL::DATE AS period_start, credit.kind AS what, credit.invoice_number AS reference,
  credit.invoice_date AS day
FROM marts.invoice AS credit
INNER JOIN point ON point.supplier = credit.supplier AND point.invoice_number = credit.invoice_number
WHERE credit.kind <> 'invoice' AND credit.origin_number IN $invoices
UNION
-- Credits that name no bill, and cancel the one of the same dates.
SELECT
  bill.supplier, bill.invoice_number, bill.prm, NULL, NULL, NULL, credit.kind, credit.invoice_number,
  credit.invoice_date
FROM marts.invoice_reconciliation AS bill
INNER JOIN marts.invoice_reconciliation AS opposite
  ON opposite.supplier = bill.supplier AND opposite.prm = bill.prm AND opposite.period_start = bill.period_start
  AND opposite.period_end = bill.period_end AND opposite.invoice_number <> bill.invoice_number
INNER JOIN marts.invoice AS credit
  ON credit.supplier = opposite.supplier AND credit.invoice_number = opposite.invoice_number
WHERE bill.invoice_number IN $invoices
  AND bill.verdict = 'cancelled'
  AND opposite.verdict = 'cancelled'
  AND credit.kind <> 'invoice'
  AND credit.origin_number IS NULL
UNION
-- What changed, and between which totals, tells one version from the next.
SELECT
  supplier, invoice_number, prm, detail_id, NULL, NULL, 'version',
  concat_ws(' ', CAST(expected AS DECIMAL(18, 2)), '→', CAST(observed AS DECIMAL(18, 2)),
            array_to_string(from_json(evidence -> 1 -> 'changed', '["VARCHAR"]'), ' ')),
  NULL
FROM marts.finding
WHERE check_name = 'superseded_invoice_row' AND invoice_number IN $invoices
UNION
SELECT NULL, NULL, NULL, NULL, operation_id, period_start, 'publication', CAST(round(observed, 1) AS VARCHAR), NULL
FROM marts.finding
WHERE check_name = 'republished_curve' AND operation_id IN $operations
ORDER BY ALL
