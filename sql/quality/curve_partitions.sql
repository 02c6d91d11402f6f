-- Curves of the last month, by participant: suspect values; of a solar one, what it produces at night and at which hour.
-- Hours are those of UTC, from the epoch: to ask the hour of Paris of each of millions of steps would cost a minute.
WITH curve AS (
    SELECT
        operation_id, period_start, prm, role,
        count(*) FILTER (quality = 'suspect') / count(*) AS suspect,
        sum(production_w) FILTER (hour_utc < 2 OR hour_utc >= 23) / nullif(sum(production_w), 0) AS at_night,
        sum(production_w * hour_utc) / nullif(sum(production_w), 0) AS mean_hour_utc
    FROM (SELECT *, epoch(step_start)::BIGINT % 86400 / 3600 AS hour_utc FROM marts.curve WHERE month = $latest)
    GROUP BY operation_id, period_start, prm, role
)

SELECT
    curve.operation_id, curve.period_start, curve.prm, curve.role, curve.suspect,
    CASE WHEN is_solar THEN at_night END AS solar_at_night,
    CASE WHEN is_solar THEN mean_hour_utc END AS solar_hour_utc
FROM curve
LEFT JOIN (
    SELECT operation_id, prm, role, bool_or(installation ILIKE '%photov%' OR installation ILIKE '%solaire%') AS is_solar
    FROM marts.participant
    GROUP BY operation_id, prm, role
) AS stay USING (operation_id, prm, role)
