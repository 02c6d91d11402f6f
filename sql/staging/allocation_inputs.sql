-- Operations of which a period ends in the month, each with a digest of what its split is computed from: while it stays
-- the same, so does the split. The curves are told by their files, whose identity is that of their content.
WITH present AS (
    SELECT DISTINCT operation_id
    FROM landing.file
    WHERE status IN ('loaded', 'superseded') AND operation_id IS NOT NULL
        AND kind IN ('curve', 'energy', 'exchange', 'synthesis')
        AND date_trunc('month', period_end) = $month
),

told AS (
    SELECT operation_id, hash('file', row) AS told FROM landing.file AS row WHERE operation_id IS NOT NULL
    UNION ALL
    SELECT operation_id, hash('energy', row) FROM staging.energy AS row
    UNION ALL
    SELECT operation_id, hash('perimeter', row) FROM staging.perimeter AS row
    UNION ALL
    SELECT operation_id, hash('declared operation', row) FROM staging.operation AS row
    UNION ALL
    SELECT operation_id, hash('declared participant', row) FROM staging.participant AS row
    UNION ALL
    SELECT operation_id, hash('dynamic key', row) FROM staging.dynamic_key AS row
    UNION ALL
    SELECT operation_id, hash('operation', row) FROM marts.operation AS row
    UNION ALL
    SELECT operation_id, hash('participant', row) FROM marts.participant AS row
)

SELECT
    operation_id,
    concat_ws(
        ' ', $program, count(told), sum(told::HUGEINT), (SELECT sum(hash(row)::HUGEINT) FROM staging.site_row AS row)
    ) AS digest
FROM present
INNER JOIN told USING (operation_id)
GROUP BY operation_id
ORDER BY operation_id
