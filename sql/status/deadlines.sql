-- All deadlines, for the calendar file.
SELECT * FROM marts.deadline
WHERE operation_id = coalesce($operation_id, operation_id)
ORDER BY operation_id, due_on, kind, period_start
