-- How much did we lose on 25-hour days?
-- Energy that the rules of Annexe 7 give to each consumer on those days, beside what Enedis published for them: an hour
-- shared wrongly, or forgotten, shows as a loss. Less than 0,1 kWh is only the watts that the curves leave out.
WITH step AS (
    SELECT
        *, CAST(step_start AT TIME ZONE 'Europe/Paris' AS DATE) AS day,
        step_minutes / 60000 AS kwh_per_w
    FROM marts.curve
    WHERE role = 'consumer'
),

long_day AS (
    SELECT operation_id, prm, day
    FROM step
    GROUP BY operation_id, prm, day
    HAVING sum(step_minutes) = 25 * 60
)

SELECT
    step.day, step.operation_id, step.prm,
    round(sum(step.self_consumption_w * kwh_per_w), 2) AS self_consumption_kwh,
    round(sum(step.published_self_consumption_w * kwh_per_w), 2) AS published_kwh,
    round(sum((step.self_consumption_w - step.published_self_consumption_w) * kwh_per_w), 2) AS lost_kwh,
    round(lost_kwh * any_value(saving.avoided_price - saving.local_price), 2) AS lost_eur
FROM step
INNER JOIN long_day USING (operation_id, prm, day)
LEFT JOIN marts.saving_month AS saving
    ON saving.operation_id = step.operation_id AND saving.period_start = step.period_start AND saving.prm = step.prm
GROUP BY step.day, step.operation_id, step.prm
ORDER BY lost_kwh DESC NULLS LAST, step.operation_id, step.prm
