-- A detail of an invoice beside the curves.
SELECT reading, billed_kwh, consumption_kwh, self_consumption_kwh, complement_kwh, expected_kwh, verdict, amount_eur
FROM marts.invoice_reconciliation
WHERE supplier = $supplier AND invoice_number = $invoice_number AND detail_id = $detail_id
    AND prm IS NOT DISTINCT FROM $prm
