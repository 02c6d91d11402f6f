-- Producers: part of the power used, by technology, and what the sums leave unexplained.
SELECT
    row.operation_id, row.period_start, row.prm,
    row.production_kwh,
    row.production_kwh / ((row.period_end - row.period_start + 1) * 24 * stay.power_kw) AS used_power,
    CASE WHEN stay.installation ILIKE '%photov%' OR stay.installation ILIKE '%solaire%' THEN used_power END
        AS used_solar_power,
    (row.production_kwh - row.self_produced_kwh - row.surplus_kwh) / nullif(row.production_kwh, 0) AS unexplained
FROM marts.producer_month AS row
LEFT JOIN marts.participant AS stay
    ON stay.operation_id = row.operation_id AND stay.prm = row.prm AND stay.role = 'producer' AND stay.power_kw > 0
    AND stay.valid_from <= row.period_end AND (stay.valid_to IS NULL OR stay.valid_to > row.period_end)
WHERE row.month >= $since
