-- Energies of each producer over the periods of a month: recomputed, and published beside.
WITH curve AS (
    SELECT
        operation_id, period_start, prm,
        list_sum(measured_w) * step_minutes / 60000 AS production_kwh,
        list_sum(self_consumption_w) * step_minutes / 60000 AS self_produced_kwh,
        list_sum(remainder_w) * step_minutes / 60000 AS surplus_kwh,
        list_sum(published_self_consumption_w) * step_minutes / 60000 AS published_self_produced_kwh,
        list_sum(published_remainder_w) * step_minutes / 60000 AS published_surplus_kwh
    FROM computed.curve
    WHERE role = 'producer'
),

energy AS (
    SELECT
        operation_id, period_start, prm,
        sum(energy_kwh) FILTER (series = 'production') AS production_kwh,
        sum(energy_kwh) FILTER (series = 'self_produced') AS self_produced_kwh,
        sum(energy_kwh) FILTER (series = 'surplus') AS surplus_kwh
    FROM staging.energy
    WHERE prm IS NOT NULL AND series IN ('production', 'self_produced', 'surplus')
    GROUP BY operation_id, period_start, prm
),

synthesis AS (
    SELECT
        operation_id, period_start, prm,
        sum(value) FILTER (indicator = 'production_kwh') AS production_kwh,
        sum(value) FILTER (indicator = 'self_produced_kwh') AS self_produced_kwh,
        sum(value) FILTER (indicator = 'surplus_kwh') AS surplus_kwh
    FROM staging.synthesis
    WHERE level = 'producer'
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
        curve.production_kwh, curve.self_produced_kwh, curve.surplus_kwh,
        CASE
            WHEN coalesce(curve.published_self_produced_kwh, curve.published_surplus_kwh) IS NOT NULL THEN 'curve'
            WHEN coalesce(energy.self_produced_kwh, energy.surplus_kwh) IS NOT NULL THEN 'energy'
            WHEN coalesce(synthesis.self_produced_kwh, synthesis.surplus_kwh) IS NOT NULL THEN 'synthesis'
        END AS published_source,
        struct_pack(
            production := curve.production_kwh, self_produced := curve.published_self_produced_kwh,
            surplus := curve.published_surplus_kwh
        ) AS from_curve,
        struct_pack(
            production := energy.production_kwh, self_produced := energy.self_produced_kwh,
            surplus := energy.surplus_kwh
        ) AS from_energy,
        struct_pack(
            production := synthesis.production_kwh, self_produced := synthesis.self_produced_kwh,
            surplus := synthesis.surplus_kwh
        ) AS from_synthesis
    FROM known
    LEFT JOIN curve USING (operation_id, period_start, prm)
    LEFT JOIN energy USING (operation_id, period_start, prm)
    LEFT JOIN synthesis USING (operation_id, period_start, prm)
),

chosen AS (
    SELECT
        *,
        CASE published_source
            WHEN 'curve' THEN from_curve
            WHEN 'energy' THEN from_energy
            WHEN 'synthesis' THEN from_synthesis
        END AS published
    FROM joined
)

-- What Enedis did not publish of the three follows from the other two: production = self-produced + surplus.
SELECT
    chosen.operation_id, chosen.period_start, period.period_end, period.month, chosen.prm,
    production_kwh, self_produced_kwh, surplus_kwh,
    self_produced_kwh / nullif(production_kwh, 0) AS self_consumption_rate,
    published.production AS published_production_kwh,
    coalesce(published.self_produced, published.production - published.surplus) AS published_self_produced_kwh,
    coalesce(published.surplus, published.production - published.self_produced) AS published_surplus_kwh,
    published_source
FROM chosen
INNER JOIN computed.operation_period AS period USING (operation_id, period_start)
WHERE period.month = $month
ORDER BY chosen.operation_id, chosen.period_start, chosen.prm
