-- How a check of a detail of an invoice was made.
SELECT decision, invoiced, expected, unit, method, source, reason, path, line
FROM marts.bill_check
WHERE supplier = $supplier AND invoice_number = $invoice_number AND detail_id = $detail_id
    AND prm IS NOT DISTINCT FROM $prm AND ($check_name IS NULL OR check_name = $check_name)
ORDER BY check_name
LIMIT 1
