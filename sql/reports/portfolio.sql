-- Each operation at its last published period: the files that the period calls for, and what is to be claimed in all.
WITH latest AS (
  SELECT operation_id, max(period_start) AS period_start FROM marts.operation_month GROUP BY operation_id
),
files AS (
  SELECT
    operation_id,
    count(*) FILTER (status <> 'not_expected') AS expected,
    count(*) FILTER (status = 'received') AS received,
    count(*) FILTER (status = 'missing') AS missing,
    count(*) FILTER (status = 'quarantined') AS quarantined
  FROM marts.completeness
  SEMI JOIN latest USING (operation_id, period_start)
  GROUP BY operation_id
),
owed AS (
  SELECT operation_id, sum(amount_eur) AS claimed_eur, sum(unquantified) AS unquantified
  FROM marts.claim
  GROUP BY operation_id
)
SELECT
  latest.operation_id, latest.period_start, files.expected, files.received, files.missing, files.quarantined,
  nullif(owed.claimed_eur, 0) AS claimed_eur, CAST(coalesce(owed.unquantified, 0) AS BIGINT) AS unquantified
FROM latest
LEFT JOIN files USING (operation_id)
LEFT JOIN owed USING (operation_id)
ORDER BY latest.operation_id
