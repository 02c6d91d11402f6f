-- Findings about an operation's period, or about one participant of it.
SELECT finding_id, check_name, message
FROM marts.finding
WHERE operation_id = $operation_id AND period_start <= $period_end AND period_end >= $period_start
    AND ($prm IS NULL OR prm IS NULL OR prm = $prm)
ORDER BY severity, finding_id
