-- Convention §11.7: at each step what the producers share is what the consumers receive; for each producer, shared plus
-- surplus is the production; for each consumer, received plus complement is the consumption. Returns what breaks it in
-- some operations: the steps of all of them at once would not hold in memory.
WITH step AS (
    SELECT
        curve.operation_id, curve.period_start, curve.role,
        unnest(range(len(measured_w))) AS step,
        unnest(measured_w) AS measured_w,
        unnest(self_consumption_w) AS shared_w,
        unnest(remainder_w) AS remainder_w
    FROM computed.curve AS curve
    INNER JOIN computed.operation_period AS period USING (operation_id, period_start)
    INNER JOIN landing.pending_month AS pending ON pending.month = period.month
    WHERE curve.self_consumption_w IS NOT NULL AND curve.operation_id IN $ids
)

SELECT
    operation_id, period_start, step,
    sum(CASE role WHEN 'consumer' THEN shared_w ELSE -shared_w END) AS unbalanced_w,
    max(abs(measured_w - shared_w - remainder_w)) AS unexplained_w,
    max(shared_w - measured_w) AS exceeding_w
FROM step
GROUP BY operation_id, period_start, step
HAVING abs(unbalanced_w) > 1e-6 * (1 + sum(measured_w)) OR unexplained_w > 1e-6 * (1 + max(measured_w))
    OR exceeding_w > 1e-6 * (1 + max(measured_w)) OR min(shared_w) < -1e-6
ORDER BY operation_id, period_start, step
LIMIT 20
