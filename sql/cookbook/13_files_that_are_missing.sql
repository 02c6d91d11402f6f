-- Which files are missing, and were the others on time?
-- `late_days`: days between the deadline of the convention and the first file received; negative when early.
SELECT
    there.operation_id, there.period_start,
    count(*) FILTER (there.status = 'received') AS received,
    count(*) FILTER (there.status = 'missing') AS missing,
    count(*) FILTER (there.status = 'quarantined') AS refused,
    any_value(due.due_on) AS due_on,
    any_value(due.done_on - due.due_on) AS late_days
FROM marts.completeness AS there
LEFT JOIN marts.deadline AS due
    ON due.kind = 'results' AND due.operation_id = there.operation_id AND due.period_start = there.period_start
GROUP BY there.operation_id, there.period_start
ORDER BY there.operation_id, there.period_start
