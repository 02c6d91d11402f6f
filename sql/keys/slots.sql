-- Slots of each consumer's contract, with the off-peak hours of its site as written.
SELECT DISTINCT slot.prm, slot.slot, site.off_peak_hours
FROM marts.consumer_slot_month AS slot
LEFT JOIN marts.site AS site ON site.prm = slot.prm AND site.off_peak_hours IS NOT NULL
WHERE slot.operation_id = $operation_id
ORDER BY slot.prm, site.off_peak_hours, slot.slot
