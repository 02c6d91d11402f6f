-- The matrix of what is there, with the day by which Enedis owes the computed results of each period.
SELECT cell.*, results.due_on AS results_due_on
FROM marts.completeness AS cell
LEFT JOIN marts.deadline AS results
    ON results.operation_id = cell.operation_id
    AND results.kind = 'results'
    AND results.period_start = cell.period_start
WHERE cell.status <> 'not_expected' AND cell.operation_id = coalesce($operation_id, cell.operation_id)
ORDER BY cell.operation_id, cell.role NULLS FIRST, cell.prm, cell.kind, cell.series, cell.period_start
