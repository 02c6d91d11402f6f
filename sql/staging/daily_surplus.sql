-- Surplus of each producer on each day of the periods of a month: of the curve, else the period's energy spread evenly.
WITH step AS (
    SELECT
        operation_id, period_start, curve.prm, curve.step_minutes,
        unnest(range(len(curve.measured_w))) AS step,
        unnest(curve.remainder_w) AS surplus_w,
        unnest(curve.published_remainder_w) AS published_surplus_w
    FROM computed.curve AS curve
    INNER JOIN computed.operation_period AS period USING (operation_id, period_start)
    WHERE curve.role = 'producer' AND period.month = $month
),

by_day AS (
    SELECT
        operation_id, period_start, prm,
        CAST(period_start::TIMESTAMP::TIMESTAMPTZ + to_minutes(step * step_minutes) AS DATE) AS day,
        sum(coalesce(surplus_w, published_surplus_w) * step_minutes) / 60000 AS curve_kwh
    FROM step
    GROUP BY operation_id, period_start, prm, day
)

SELECT
    producer.operation_id, producer.period_start, producer.period_end, producer.month, producer.prm, producer.day,
    coalesce(producer.surplus_kwh, producer.published_surplus_kwh) AS surplus_kwh,
    coalesce(by_day.curve_kwh, 1) AS weight
FROM (
    SELECT
        *,
        CAST(unnest(generate_series(CAST(period_start AS TIMESTAMP), CAST(period_end AS TIMESTAMP), INTERVAL 1 DAY)) AS DATE) AS day
    FROM marts.producer_month
    WHERE month = $month
) AS producer
LEFT JOIN by_day USING (operation_id, period_start, prm, day)
ORDER BY producer.operation_id, producer.period_start, producer.prm, producer.day
