-- Bills whose total is right and whose slots are not, with the euros of each slot.
SELECT invoice_number, prm, slot, slot_source, billed_kwh, expected_kwh, difference_kwh, price, amount_eur
FROM marts.invoice_slot_reconciliation
WHERE price IS NOT NULL
ORDER BY invoice_number, prm, slot
