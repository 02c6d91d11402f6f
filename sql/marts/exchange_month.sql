-- What each producer gave to each consumer over the periods of a month: recomputed, and published beside.
-- What a producer without any curve gave is not known: NULL, not 0.
WITH published AS (
    SELECT
        operation_id, period_start, producer_prm, consumer_prm,
        sum(energy_kwh) AS energy_kwh
    FROM staging.exchange
    GROUP BY operation_id, period_start, producer_prm, consumer_prm
),

measured AS (
    SELECT operation_id, period_start, prm AS producer_prm
    FROM computed.curve
    WHERE role = 'producer' AND list_sum(measured_w) IS NOT NULL
),

known AS (
    SELECT operation_id, period_start, producer_prm, consumer_prm FROM computed.exchange
    UNION
    SELECT operation_id, period_start, producer_prm, consumer_prm FROM published
)

SELECT
    known.operation_id, known.period_start, period.period_end, period.month, known.producer_prm, known.consumer_prm,
    CASE WHEN measured.producer_prm IS NOT NULL THEN ours.energy_kwh END AS energy_kwh,
    published.energy_kwh AS published_energy_kwh,
    CASE WHEN published.energy_kwh IS NOT NULL THEN 'energy' END AS published_source
FROM known
INNER JOIN computed.operation_period AS period USING (operation_id, period_start)
LEFT JOIN computed.exchange AS ours USING (operation_id, period_start, producer_prm, consumer_prm)
LEFT JOIN measured USING (operation_id, period_start, producer_prm)
LEFT JOIN published USING (operation_id, period_start, producer_prm, consumer_prm)
WHERE period.month = $month
ORDER BY known.operation_id, known.period_start, known.producer_prm, known.consumer_prm
