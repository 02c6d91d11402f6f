-- Periods whose report can be mailed, with the roles and addresses that their operation declares.
SELECT
    period.operation_id, period.period_start, period.period_end, period.month,
    coalesce(operation.name, period.operation_id) AS name, CAST(operation.recipients AS VARCHAR) AS recipients
FROM marts.operation_month AS period
INNER JOIN marts.operation AS operation USING (operation_id)
WHERE operation.recipients IS NOT NULL
ORDER BY period.month, period.operation_id, period.period_start
