-- Indicators of each operation over the periods of a month. Rates are NULL where steps are missing: a ratio of
-- incomplete sums would look true. Without any production curve the split is not known: NULL, not 0. Published: the synthesis of Enedis, else the sum of what it published per participant.
WITH consumer AS (
    SELECT
        operation_id, period_start,
        sum(consumption_kwh) AS consumption_kwh,
        sum(self_consumption_kwh) AS self_consumption_kwh,
        sum(complement_kwh) AS complement_kwh,
        sum(published_consumption_kwh) AS published_consumption_kwh,
        sum(published_self_consumption_kwh) AS published_self_consumption_kwh,
        sum(published_complement_kwh) AS published_complement_kwh,
        max(published_source) AS published_source
    FROM marts.consumer_month
    WHERE month = $month
    GROUP BY operation_id, period_start
),

producer AS (
    SELECT
        operation_id, period_start,
        sum(production_kwh) AS production_kwh,
        sum(surplus_kwh) AS surplus_kwh,
        sum(published_production_kwh) AS published_production_kwh,
        sum(published_surplus_kwh) AS published_surplus_kwh
    FROM marts.producer_month
    WHERE month = $month
    GROUP BY operation_id, period_start
),

synthesis AS (
    SELECT
        operation_id, period_start,
        any_value(value) FILTER (indicator = 'consumption_kwh') AS consumption_kwh,
        any_value(value) FILTER (indicator = 'production_kwh') AS production_kwh,
        any_value(value) FILTER (indicator = 'self_consumption_kwh') AS self_consumption_kwh,
        any_value(value) FILTER (indicator = 'complement_kwh') AS complement_kwh,
        any_value(value) FILTER (indicator = 'surplus_kwh') AS surplus_kwh,
        any_value(value) FILTER (indicator = 'self_consumption_rate') AS self_consumption_rate,
        any_value(value) FILTER (indicator = 'self_production_rate') AS self_production_rate,
        any_value(value) FILTER (indicator = 'coverage_rate') AS coverage_rate
    FROM staging.synthesis
    WHERE level = 'operation'
    GROUP BY operation_id, period_start
)

SELECT
    period.operation_id, period.period_start, period.period_end, period.month,
    period.key_type, period.key_type_used, period.key_source, period.default_steps,
    period.steps_expected, period.steps_estimated, period.steps_missing,
    consumer.consumption_kwh, producer.production_kwh,
    CASE WHEN producer.production_kwh IS NOT NULL THEN consumer.self_consumption_kwh END AS self_consumption_kwh,
    CASE WHEN producer.production_kwh IS NOT NULL THEN consumer.complement_kwh END AS complement_kwh,
    CASE WHEN producer.production_kwh IS NOT NULL THEN producer.surplus_kwh END AS surplus_kwh,
    CASE WHEN period.steps_missing = 0 THEN consumer.self_consumption_kwh / nullif(producer.production_kwh, 0) END
        AS self_consumption_rate,
    CASE
        WHEN period.steps_missing = 0 AND producer.production_kwh IS NOT NULL
            THEN consumer.self_consumption_kwh / nullif(consumer.consumption_kwh, 0)
    END AS self_production_rate,
    CASE WHEN period.steps_missing = 0 THEN producer.production_kwh / nullif(consumer.consumption_kwh, 0) END
        AS coverage_rate,
    coalesce(synthesis.consumption_kwh, consumer.published_consumption_kwh) AS published_consumption_kwh,
    coalesce(synthesis.production_kwh, producer.published_production_kwh) AS published_production_kwh,
    coalesce(synthesis.self_consumption_kwh, consumer.published_self_consumption_kwh)
        AS published_self_consumption_kwh,
    coalesce(synthesis.complement_kwh, consumer.published_complement_kwh) AS published_complement_kwh,
    coalesce(synthesis.surplus_kwh, producer.published_surplus_kwh) AS published_surplus_kwh,
    synthesis.self_consumption_rate AS published_self_consumption_rate,
    synthesis.self_production_rate AS published_self_production_rate,
    synthesis.coverage_rate AS published_coverage_rate,
    CASE WHEN synthesis.operation_id IS NOT NULL THEN 'synthesis' ELSE consumer.published_source END
        AS published_source
FROM computed.operation_period AS period
LEFT JOIN consumer USING (operation_id, period_start)
LEFT JOIN producer USING (operation_id, period_start)
LEFT JOIN synthesis USING (operation_id, period_start)
WHERE period.month = $month
ORDER BY period.operation_id, period.period_start
