-- Deadlines passed on the day, of which no file received shows the fulfilment.
SELECT operation_id, kind, party, due_on, period_start, period_end, title, description, article
FROM marts.deadline
WHERE due_on < $day AND NOT done AND operation_id = coalesce($operation_id, operation_id)
ORDER BY operation_id, due_on, kind
