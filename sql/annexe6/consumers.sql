-- Energies of the consumers of a period by slot, under BASE where the slots are not known.
SELECT prm, slot, consumption_kwh, self_consumption_kwh, complement_kwh
FROM marts.consumer_slot_month
WHERE operation_id = $operation_id AND period_start = $period_start::DATE
UNION ALL BY NAME
SELECT prm, 'BASE' AS slot, consumption_kwh, self_consumption_kwh, complement_kwh
FROM marts.consumer_month
WHERE operation_id = $operation_id AND period_start = $period_start::DATE
  AND prm NOT IN (
    SELECT slots.prm FROM marts.consumer_slot_month AS slots
    WHERE slots.operation_id = $operation_id AND slots.period_start = $period_start::DATE
  )
ORDER BY prm, slot
