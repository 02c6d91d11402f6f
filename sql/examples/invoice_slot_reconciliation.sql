-- Slots furthest from what the supplier should bill, with how each slot is known.
SELECT invoice_number, prm, slot, slot_source, billed_kwh, expected_kwh, difference_kwh, verdict, amount_eur
FROM marts.invoice_slot_reconciliation
ORDER BY abs(difference_kwh) DESC NULLS LAST, invoice_number, prm, slot
LIMIT 20
