-- Slots of the bills: self-consumption within the consumption; no euro rests on hours that were inferred.
SELECT
    supplier, invoice_number, detail_id, prm, slot,
    self_consumption_kwh / nullif(consumption_kwh, 0) AS self_production_rate,
    CASE WHEN slot_source = 'inferred' THEN abs(coalesce(CAST(amount_eur AS DOUBLE), 0)) END AS eur_of_inferred_hours
FROM marts.invoice_slot_reconciliation
WHERE month >= $since
