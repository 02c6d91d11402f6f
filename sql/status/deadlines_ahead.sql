-- Deadlines between the day and the last day to show that nothing shows fulfilled.
SELECT operation_id, kind, party, due_on, period_start, period_end, title, description, article
FROM marts.deadline
WHERE due_on BETWEEN $day AND $last_day AND done IS NOT TRUE AND operation_id = coalesce($operation_id, operation_id)
ORDER BY due_on, operation_id, kind
