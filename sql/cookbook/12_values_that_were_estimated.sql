-- Which curves have values that were estimated, suspected or missing?
SELECT
    operation_id, month, prm, role, quality, count(*) AS steps,
    min(step_start) AS first_step, max(step_start) AS last_step
FROM marts.curve
WHERE quality <> 'measured'
GROUP BY operation_id, month, prm, role, quality
ORDER BY steps DESC
