-- Energies of each consumer over the periods of a month: recomputed, and published beside. Without any production curve
-- what a consumer received is not known: NULL, not 0. Its rate is NULL where a step that it depends on is missing: one of
-- its own, one of a producer and, with default keys (each share depends on all the consumptions), any.
WITH curve AS (
    SELECT
        operation_id, period_start, prm,
        list_sum(measured_w) * step_minutes / 60000 AS consumption_kwh,
        list_sum(self_consumption_w) * step_minutes / 60000 AS self_consumption_kwh,
        list_sum(remainder_w) * step_minutes / 60000 AS complement_kwh,
        list_sum(published_self_consumption_w) * step_minutes / 60000 AS published_self_consumption_kwh,
        list_sum(published_remainder_w) * step_minutes / 60000 AS published_complement_kwh,
        list_contains(quality, 5) AS has_missing
    FROM computed.curve
    WHERE role = 'consumer'
),

production AS (
    SELECT operation_id, period_start, bool_or(list_contains(quality, 5)) AS has_missing
    FROM computed.curve
    WHERE role = 'producer'
    GROUP BY operation_id, period_start
    HAVING count(list_sum(measured_w)) > 0
),

energy AS (
    SELECT
        operation_id, period_start, prm,
        sum(energy_kwh) FILTER (series = 'consumption') AS consumption_kwh,
        sum(energy_kwh) FILTER (series = 'self_consumption') AS self_consumption_kwh,
        sum(energy_kwh) FILTER (series = 'complement') AS complement_kwh
    FROM staging.energy
    WHERE prm IS NOT NULL AND series IN ('consumption', 'self_consumption', 'complement')
    GROUP BY operation_id, period_start, prm
),

synthesis AS (
    SELECT
        operation_id, period_start, prm,
        sum(value) FILTER (indicator = 'consumption_kwh') AS consumption_kwh,
        sum(value) FILTER (indicator = 'self_consumption_kwh') AS self_consumption_kwh,
        sum(value) FILTER (indicator = 'complement_kwh') AS complement_kwh
    FROM staging.synthesis
    WHERE level = 'consumer'
    GROUP BY operation_id, period_start, prm
),

known AS (
    SELECT operation_id, period_start, prm FROM curve
    UNION
    SELECT operation_id, period_start, prm FROM energy
    UNION
    SELECT operation_id, period_start, prm FROM synthesis
),

joined AS (
    SELECT
        known.operation_id, known.period_start, known.prm,
        curve.consumption_kwh,
        CASE WHEN production.operation_id IS NOT NULL THEN curve.self_consumption_kwh END AS self_consumption_kwh,
        CASE WHEN production.operation_id IS NOT NULL THEN curve.complement_kwh END AS complement_kwh,
        curve.has_missing OR production.has_missing AS has_missing,
        CASE
            WHEN curve.published_self_consumption_kwh IS NOT NULL THEN 'curve'
            WHEN energy.self_consumption_kwh IS NOT NULL THEN 'energy'
            WHEN synthesis.self_consumption_kwh IS NOT NULL THEN 'synthesis'
        END AS published_source,
        struct_pack(
            consumption := curve.consumption_kwh, self_consumption := curve.published_self_consumption_kwh,
            complement := curve.published_complement_kwh
        ) AS from_curve,
        struct_pack(
            consumption := energy.consumption_kwh, self_consumption := energy.self_consumption_kwh,
            complement := energy.complement_kwh
        ) AS from_energy,
        struct_pack(
            consumption := synthesis.consumption_kwh, self_consumption := synthesis.self_consumption_kwh,
            complement := synthesis.complement_kwh
        ) AS from_synthesis
    FROM known
    LEFT JOIN curve USING (operation_id, period_start, prm)
    LEFT JOIN production USING (operation_id, period_start)
    LEFT JOIN energy USING (operation_id, period_start, prm)
    LEFT JOIN synthesis USING (operation_id, period_start, prm)
)

SELECT
    joined.operation_id, joined.period_start, period.period_end, period.month, joined.prm,
    consumption_kwh, self_consumption_kwh, complement_kwh,
    CASE
        WHEN period.steps_missing = 0 OR NOT (joined.has_missing OR period.default_steps > 0)
            THEN self_consumption_kwh / nullif(consumption_kwh, 0)
    END AS self_production_rate,
    CASE published_source
        WHEN 'curve' THEN from_curve.consumption
        WHEN 'energy' THEN from_energy.consumption
        WHEN 'synthesis' THEN from_synthesis.consumption
    END AS published_consumption_kwh,
    CASE published_source
        WHEN 'curve' THEN from_curve.self_consumption
        WHEN 'energy' THEN from_energy.self_consumption
        WHEN 'synthesis' THEN from_synthesis.self_consumption
    END AS published_self_consumption_kwh,
    CASE published_source
        WHEN 'curve' THEN from_curve.complement
        WHEN 'energy' THEN from_energy.complement
        WHEN 'synthesis' THEN from_synthesis.complement
    END AS published_complement_kwh,
    published_source
FROM joined
INNER JOIN computed.operation_period AS period USING (operation_id, period_start)
WHERE period.month = $month
ORDER BY joined.operation_id, joined.period_start, joined.prm
