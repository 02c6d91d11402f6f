-- Which bills rest on an estimated reading, and for how many kWh?
SELECT supplier, invoice_number, detail_id, prm, period_start, period_end, billed_kwh, round(expected_kwh) AS curve_kwh
FROM marts.invoice_reconciliation
WHERE verdict = 'estimated_pending'
ORDER BY billed_kwh DESC
