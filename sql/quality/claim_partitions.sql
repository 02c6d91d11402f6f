-- Of each party and month: what the claims add up to beside the findings that are claimed.
SELECT
    claimed.party, claimed.month,
    abs(CAST(claimed.amount_eur - found.amount_eur AS DOUBLE)) AS difference_eur
FROM (
    SELECT party, month, sum(amount_eur) AS amount_eur
    FROM marts.claim
    GROUP BY party, month
) AS claimed
INNER JOIN (
    SELECT party, month, coalesce(sum(amount_eur) FILTER (amount_eur > 0 AND severity = 'error'), 0) AS amount_eur
    FROM marts.finding
    WHERE party = 'supplier' OR check_name = 'published_split_differs'
    GROUP BY party, month
) AS found ON found.party = claimed.party AND found.month IS NOT DISTINCT FROM claimed.month
