-- Of each operation, the next deadline of each kind after its last published period that no file shows fulfilled.
WITH latest AS (
  SELECT operation_id, max(period_end) AS period_end FROM marts.operation_month GROUP BY operation_id
)
SELECT
  operation_id, operation.name, deadline.party, deadline.due_on, deadline.title, deadline.description, deadline.article
FROM marts.deadline AS deadline
INNER JOIN latest USING (operation_id)
LEFT JOIN marts.operation AS operation USING (operation_id)
WHERE deadline.due_on > latest.period_end AND deadline.done IS NOT TRUE
QUALIFY row_number() OVER (PARTITION BY operation_id, deadline.kind ORDER BY deadline.due_on) = 1
ORDER BY deadline.due_on, operation_id, deadline.kind
