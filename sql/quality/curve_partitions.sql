-- Curves of the last month, by participant: suspect values; of a solar one, what it produces at night and at which hour.
WITH step AS (
    SELECT
        curve.*,
        stay.installation ILIKE '%photov%' OR stay.installation ILIKE '%solaire%' AS is_solar,
        hour(step_start AT TIME ZONE 'Europe/Paris') AS hour_of_paris,
        hour(step_start AT TIME ZONE 'UTC') + minute(step_start) / 60 AS hour_utc
    FROM marts.curve AS curve
    LEFT JOIN marts.participant AS stay
        ON stay.operation_id = curve.operation_id AND stay.prm = curve.prm AND stay.role = curve.role
        AND stay.valid_from <= curve.period_end AND (stay.valid_to IS NULL OR stay.valid_to > curve.period_end)
    WHERE curve.month = $latest
)

SELECT
    operation_id, period_start, prm, role,
    count(*) FILTER (quality = 'suspect') / count(*) AS suspect,
    sum(production_w) FILTER (is_solar AND hour_of_paris < 3) / nullif(sum(production_w), 0) AS solar_at_night,
    sum(production_w * hour_utc) FILTER (is_solar) / nullif(sum(production_w), 0) AS solar_hour_utc
FROM step
GROUP BY operation_id, period_start, prm, role
