-- How far are the keys from the best that any keys could do?
-- No key can share more, at a step, than the lesser of the production and of the consumption of all. Steps at which
-- either is not known are left out.
WITH step AS (
    SELECT
        operation_id, month, period_start, step_start, any_value(step_minutes) / 60000 AS kwh_per_w,
        sum(production_w) AS production_w, sum(consumption_w) AS consumption_w,
        sum(self_consumption_w) FILTER (role = 'consumer') AS shared_w
    FROM marts.curve
    GROUP BY operation_id, month, period_start, step_start
    HAVING count(production_w) > 0 AND count(consumption_w) > 0
)

SELECT
    step.operation_id, step.month, any_value(indicators.key_type_used) AS key_type_used,
    round(sum(step.shared_w * kwh_per_w)) AS shared_kwh,
    round(sum(least(step.production_w, step.consumption_w) * kwh_per_w)) AS best_kwh,
    round(100 * shared_kwh / nullif(best_kwh, 0), 1) AS percent_of_best
FROM step
INNER JOIN marts.operation_month AS indicators USING (operation_id, period_start)
GROUP BY step.operation_id, step.month
ORDER BY percent_of_best NULLS LAST
