-- What may settle a claim: documents that name its bill, a newer version of its line, a split published again; and
-- beside them (`loose`) the credits of its point that name no bill, which nothing ties to the claim.
WITH document AS (
  SELECT DISTINCT
    invoice.supplier, invoice.invoice_number, invoice.kind, invoice.origin_number, invoice.invoice_date, line.prm
  FROM marts.invoice AS invoice
  INNER JOIN marts.invoice_line AS line
    ON line.supplier = invoice.supplier AND line.invoice_number = invoice.invoice_number
  WHERE invoice.kind <> 'invoice' OR invoice.origin_number IS NOT NULL
),
-- Credits that name no bill, and cancel the one of the same dates.
opposed AS (
  SELECT bill.supplier, bill.invoice_number AS bill_number, bill.prm, credit.invoice_number
  FROM marts.invoice_reconciliation AS bill
  INNER JOIN marts.invoice_reconciliation AS credit
    ON credit.supplier = bill.supplier AND credit.prm = bill.prm AND credit.period_start = bill.period_start
    AND credit.period_end = bill.period_end AND credit.invoice_number <> bill.invoice_number
  WHERE bill.verdict = 'cancelled' AND credit.verdict = 'cancelled'
)
-- A document of several sites names one bill: it counts for the points that both bear.
SELECT
  supplier, origin_number AS invoice_number, prm, NULL::VARCHAR AS detail_id, NULL::VARCHAR AS operation_id,
  NULL::DATE AS period_start, kind AS what, invoice_number AS reference, invoice_date AS day
FROM document
WHERE origin_number IN $invoices AND origin_number <> invoice_number
UNION
SELECT
  supplier, opposed.bill_number, prm, NULL, NULL, NULL, document.kind, document.invoice_number, document.invoice_date
FROM opposed
INNER JOIN document USING (supplier, invoice_number, prm)
WHERE opposed.bill_number IN $invoices AND document.kind <> 'invoice' AND document.origin_number IS NULL
UNION
SELECT supplier, NULL, prm, NULL, NULL, NULL, 'loose', invoice_number, invoice_date
FROM document
ANTI JOIN opposed USING (supplier, invoice_number, prm)
WHERE document.kind <> 'invoice' AND document.origin_number IS NULL AND prm IN $points
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
