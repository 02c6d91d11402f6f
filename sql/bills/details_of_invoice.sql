-- The details of an invoice beside the curves: billed, expected, in excess, the verdict, the euros. The finding knows
-- the energy net of credits; it is what is in excess of the expected one.
SELECT
  bill.supplier, bill.detail_id, bill.prm, bill.period_start, bill.period_end, bill.billed_kwh, bill.expected_kwh,
  CASE WHEN bill.verdict <> 'cancelled'
    THEN coalesce(finding.observed, bill.billed_kwh) - bill.expected_kwh
  END AS excess_kwh,
  bill.verdict, bill.amount_eur
FROM marts.invoice_reconciliation AS bill
LEFT JOIN marts.finding AS finding
  ON finding.check_name = bill.verdict
  AND finding.supplier = bill.supplier
  AND finding.invoice_number = bill.invoice_number
  AND finding.detail_id = bill.detail_id
  AND finding.prm IS NOT DISTINCT FROM bill.prm
WHERE bill.invoice_number = $invoice_number
ORDER BY bill.supplier, bill.detail_id, bill.prm
