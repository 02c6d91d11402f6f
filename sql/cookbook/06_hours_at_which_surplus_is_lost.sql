-- At which hours is production left over, and on which days of the week?
-- Where to move a use: a water heater, a pump, the charge of vehicles.
SELECT
    operation_id,
    hour(step_start AT TIME ZONE 'Europe/Paris') AS hour,
    isodow(step_start AT TIME ZONE 'Europe/Paris') >= 6 AS is_weekend,
    round(sum(surplus_w * step_minutes / 60000), 1) AS surplus_kwh
FROM marts.curve
WHERE role = 'producer'
GROUP BY operation_id, hour, is_weekend
HAVING surplus_kwh > 0
ORDER BY surplus_kwh DESC
