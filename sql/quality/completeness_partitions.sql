-- Of each period: the part of the files called for that is there.
SELECT
    operation_id, period_start,
    count(*) FILTER (status = 'received') / nullif(count(*) FILTER (status <> 'not_expected'), 0) AS received
FROM marts.completeness
WHERE month >= $since
GROUP BY operation_id, period_start
