-- Of each month: details whose bill has an energy beside those that were judged.
SELECT line.month, count(*) AS expected_rows, count(bill.detail_id) AS rows
FROM (
    SELECT DISTINCT month, supplier, invoice_number, detail_id, prm
    FROM marts.invoice_line
    WHERE component = 'energy' AND coalesce(fluid, 'electricity') = 'electricity' AND month >= $since
        AND quantity_kwh <> 0
) AS line
LEFT JOIN marts.invoice_reconciliation AS bill
    ON bill.supplier = line.supplier AND bill.invoice_number = line.invoice_number
    AND bill.detail_id = line.detail_id AND bill.prm IS NOT DISTINCT FROM line.prm
GROUP BY line.month
