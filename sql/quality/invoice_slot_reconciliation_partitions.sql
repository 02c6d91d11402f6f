-- Of each bill: what its slots lack of its energy.
SELECT
    slot.supplier, slot.invoice_number, slot.detail_id, slot.prm,
    abs(sum(slot.billed_kwh) - any_value(bill.billed_kwh)) AS missing_kwh
FROM marts.invoice_slot_reconciliation AS slot
INNER JOIN marts.invoice_reconciliation AS bill USING (supplier, invoice_number, detail_id, prm)
WHERE slot.month >= $since
GROUP BY slot.supplier, slot.invoice_number, slot.detail_id, slot.prm
