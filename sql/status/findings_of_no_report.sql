-- Findings of a month in which no period of their operation ends: no report shows them. Of their euros, those that are
-- established (marts.claim), as in the letters.
SELECT
    count(*) AS findings,
    (
        SELECT nullif(sum(claim.amount_eur), 0)
        FROM marts.claim AS claim
        ANTI JOIN marts.operation_month USING (operation_id, month)
        WHERE claim.operation_id IS NOT NULL
    )::DOUBLE AS amount_eur
FROM marts.finding
ANTI JOIN marts.operation_month USING (operation_id, month)
WHERE operation_id IS NOT NULL AND month IS NOT NULL AND severity <> 'info'
