-- Energies of each consumer per time slot of its supplier: recomputed where the hours are known, published beside.
-- Without any production curve what a consumer received is not known: NULL, as in consumer_month.
WITH energy AS (
    SELECT
        operation_id, period_start, prm, slot,
        sum(energy_kwh) FILTER (series = 'consumption') AS consumption_kwh,
        sum(energy_kwh) FILTER (series = 'self_consumption') AS self_consumption_kwh,
        sum(energy_kwh) FILTER (series = 'complement') AS complement_kwh
    FROM staging.energy
    WHERE prm IS NOT NULL AND series IN ('consumption', 'self_consumption', 'complement')
    GROUP BY operation_id, period_start, prm, slot
),

synthesis AS (
    SELECT
        operation_id, period_start, prm, slot,
        sum(value) FILTER (indicator = 'consumption_kwh') AS consumption_kwh,
        sum(value) FILTER (indicator = 'self_consumption_kwh') AS self_consumption_kwh,
        sum(value) FILTER (indicator = 'complement_kwh') AS complement_kwh
    FROM staging.synthesis
    WHERE level = 'consumer' AND slot IS NOT NULL
    GROUP BY operation_id, period_start, prm, slot
),

production AS (
    SELECT operation_id, period_start
    FROM computed.curve
    WHERE role = 'producer'
    GROUP BY operation_id, period_start
    HAVING count(list_sum(measured_w)) > 0
),

known AS (
    SELECT operation_id, period_start, prm, slot FROM computed.slot_energy
    UNION
    SELECT operation_id, period_start, prm, slot FROM energy
    UNION
    SELECT operation_id, period_start, prm, slot FROM synthesis
)

SELECT
    known.operation_id, known.period_start, period.period_end, period.month, known.prm, known.slot,
    coalesce(ours.slot_source, 'published') AS slot_source, ours.off_peak_hours,
    ours.consumption_kwh,
    CASE WHEN production.operation_id IS NOT NULL THEN ours.self_consumption_kwh END AS self_consumption_kwh,
    CASE WHEN production.operation_id IS NOT NULL THEN ours.complement_kwh END AS complement_kwh,
    coalesce(energy.consumption_kwh, synthesis.consumption_kwh) AS published_consumption_kwh,
    coalesce(energy.self_consumption_kwh, synthesis.self_consumption_kwh) AS published_self_consumption_kwh,
    coalesce(energy.complement_kwh, synthesis.complement_kwh) AS published_complement_kwh,
    CASE
        WHEN coalesce(energy.consumption_kwh, energy.self_consumption_kwh, energy.complement_kwh) IS NOT NULL
            THEN 'energy'
        WHEN synthesis.slot IS NOT NULL THEN 'synthesis'
    END AS published_source
FROM known
INNER JOIN computed.operation_period AS period USING (operation_id, period_start)
LEFT JOIN computed.slot_energy AS ours USING (operation_id, period_start, prm, slot)
LEFT JOIN production USING (operation_id, period_start)
LEFT JOIN energy USING (operation_id, period_start, prm, slot)
LEFT JOIN synthesis USING (operation_id, period_start, prm, slot)
WHERE period.month = $month
ORDER BY known.operation_id, known.period_start, known.prm, known.slot
