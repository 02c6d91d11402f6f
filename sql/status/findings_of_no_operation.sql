-- Findings that belong to no operation: bills of sites that take part in none, files of no operation. Of their euros,
-- those that are established (marts.claim), as in the letters.
SELECT
    count(*) AS findings,
    (SELECT nullif(sum(claim.amount_eur), 0) FROM marts.claim AS claim WHERE claim.operation_id IS NULL)::DOUBLE
        AS amount_eur
FROM marts.finding
WHERE operation_id IS NULL
