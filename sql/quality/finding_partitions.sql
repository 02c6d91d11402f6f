-- Of each operation and month: findings per participant; more than a few each points to one cause.
SELECT
    finding.operation_id, finding.month,
    count(*) / greatest(1, any_value(there.participants)) AS findings_per_participant
FROM marts.finding AS finding
INNER JOIN (
    SELECT operation_id, count(DISTINCT prm) AS participants
    FROM marts.participant
    GROUP BY operation_id
) AS there USING (operation_id)
WHERE finding.month >= $since
GROUP BY finding.operation_id, finding.month
