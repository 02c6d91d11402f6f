-- One day, step by step, in the hour of Paris.
SELECT step_start, consumption_w, self_consumption_w, complement_w
FROM marts.curve
WHERE role = 'consumer' AND month = DATE '2025-10-01'
    AND CAST(step_start AT TIME ZONE 'Europe/Paris' AS DATE) = DATE '2025-10-05'
ORDER BY operation_id, prm, step_start
