-- What the supplier may bill in each slot.
SELECT prm, month, slot, complement_kwh FROM marts.consumer_slot_month ORDER BY prm, month, slot
