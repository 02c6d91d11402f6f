-- All deadlines, for the calendar file.
SELECT * FROM marts.deadline ORDER BY operation_id, due_on, kind, period_start
