-- Each step of each participant of the periods of a month, of some operations. A day of 23 or 25 hours needs no care here: the arrays
-- follow instants, and adding minutes to an instant counts real time.
-- The first instant, in microseconds, is made apart, once per period: DuckDB would convert it again at each step.
-- Without any production curve what a consumer received is not known: NULL, as in consumer_month.
WITH period AS MATERIALIZED (
    SELECT
        operation_id, period_start, period_end, month,
        epoch_us(period_start::TIMESTAMP::TIMESTAMPTZ) AS first_us
    FROM computed.operation_period
    WHERE month = $month AND operation_id IN $ids
),

production AS MATERIALIZED (
    SELECT DISTINCT operation_id, period_start
    FROM computed.curve
    SEMI JOIN period USING (operation_id, period_start)
    WHERE role = 'producer' AND list_sum(measured_w) IS NOT NULL
),

step AS (
    SELECT
        curve.operation_id, curve.period_start, period.period_end, period.month, curve.prm, curve.role,
        curve.step_minutes, period.first_us,
        unnest(range(len(measured_w))) AS step,
        unnest(quality) AS quality,
        unnest(measured_w) AS measured_w,
        unnest(CASE WHEN production.operation_id IS NOT NULL THEN self_consumption_w END) AS self_consumption_w,
        unnest(CASE WHEN production.operation_id IS NOT NULL THEN remainder_w END) AS remainder_w,
        unnest(published_self_consumption_w) AS published_self_consumption_w,
        unnest(published_remainder_w) AS published_remainder_w
    FROM computed.curve AS curve
    INNER JOIN period USING (operation_id, period_start)
    LEFT JOIN production USING (operation_id, period_start)
)

SELECT
    operation_id, period_start, period_end, month, prm, role,
    make_timestamptz(first_us + step * step_minutes * 60000000) AS step_start,
    step_minutes,
    CASE role WHEN 'consumer' THEN measured_w END AS consumption_w,
    CASE role WHEN 'producer' THEN measured_w END AS production_w,
    self_consumption_w,
    CASE role WHEN 'consumer' THEN remainder_w END AS complement_w,
    CASE role WHEN 'producer' THEN remainder_w END AS surplus_w,
    published_self_consumption_w,
    CASE role WHEN 'consumer' THEN published_remainder_w END AS published_complement_w,
    CASE role WHEN 'producer' THEN published_remainder_w END AS published_surplus_w,
    CASE quality
        WHEN 1 THEN 'measured'
        WHEN 2 THEN 'estimated_linear'
        WHEN 3 THEN 'estimated_week_before'
        WHEN 4 THEN 'suspect'
        WHEN 5 THEN 'missing'
    END AS quality
FROM step
WHERE quality > 0
