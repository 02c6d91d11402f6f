-- Deadlines passed in the month before the day, of which no file received shows the fulfilment.
-- Older ones are no news: `energy-pipeline status` lists them.
SELECT
    deadline.operation_id, operation.name, deadline.kind, deadline.party, deadline.due_on, deadline.period_start,
    deadline.period_end, deadline.title, deadline.description, deadline.article,
    CAST(operation.recipients AS VARCHAR) AS recipients
FROM marts.deadline AS deadline
LEFT JOIN marts.operation AS operation USING (operation_id)
WHERE deadline.due_on < $day::DATE AND deadline.due_on >= $day::DATE - INTERVAL 31 DAY AND NOT deadline.done
ORDER BY deadline.operation_id, deadline.due_on, deadline.kind, deadline.period_start
