-- Keys that an organiser is to send from a day to another, but for those sent. Dynamic: each period (§4.4.1). Static:
-- nothing is due, but once a year, for an effect at the anniversary of the start, the last day to ask for others (§4.3.1).
WITH due AS (
    SELECT
        deadline.operation_id, coalesce(operation.name, deadline.operation_id) AS name, operation.key_type,
        deadline.due_on, deadline.period_start, deadline.period_end, CAST(operation.recipients AS VARCHAR) AS recipients
    FROM marts.deadline AS deadline
    INNER JOIN marts.operation AS operation USING (operation_id)
    WHERE deadline.due_on BETWEEN $day::DATE AND $last_day::DATE AND deadline.done IS NOT TRUE
        AND (
            deadline.kind = 'dynamic_keys'
            OR (
                deadline.kind = 'change_notice' AND operation.key_type = 'static'
                AND deadline.period_end >= operation.start_date
                AND month(deadline.period_end + 1) = month(operation.start_date)
            )
        )
),

latest AS (
    SELECT operation_id, max(month) AS month
    FROM marts.operation_month SEMI JOIN due USING (operation_id)
    GROUP BY operation_id
),

step AS (
    SELECT operation_id, max(step_minutes) AS step_minutes
    FROM marts.curve SEMI JOIN latest USING (operation_id, month)
    GROUP BY operation_id
)

SELECT
    due.*, step.step_minutes,
    EXISTS (
        SELECT 1 FROM marts.operation_month AS period
        WHERE period.operation_id = due.operation_id AND period.period_start = due.period_start
    ) AS is_computed
FROM due
LEFT JOIN step USING (operation_id)
ORDER BY due.due_on, due.operation_id
