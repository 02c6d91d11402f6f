-- Of each period published: deadlines of Enedis's results.
SELECT month.operation_id, month.period_start, count(due.due_on) AS deadlines
FROM marts.operation_month AS month
LEFT JOIN marts.deadline AS due
    ON due.operation_id = month.operation_id AND due.period_start = month.period_start AND due.kind = 'results'
WHERE month.month >= $since
GROUP BY month.operation_id, month.period_start
