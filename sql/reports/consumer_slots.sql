-- Energies of the consumers per slot of their supplier's calendar.
SELECT
  prm, slot, slot_source, consumption_kwh, published_consumption_kwh, self_consumption_kwh,
  published_self_consumption_kwh, complement_kwh, published_complement_kwh, published_source
FROM marts.consumer_slot_month
WHERE operation_id = $operation_id AND period_start = $period_start
ORDER BY prm, list_position(['BASE', 'HP', 'HC', 'HPH', 'HCH', 'HPB', 'HCB'], slot)
