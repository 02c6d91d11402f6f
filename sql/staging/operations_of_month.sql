-- Operations of which a period ends in the month.
SELECT DISTINCT operation_id
FROM landing.file
WHERE status IN ('loaded', 'superseded') AND operation_id IS NOT NULL
    AND kind IN ('curve', 'energy', 'exchange', 'synthesis')
    AND date_trunc('month', period_end) = $month
ORDER BY operation_id
