-- What to claim, bill by bill: findings that are established (errors); those to review and the bills' lacks beside.
-- A wrong VAT alone has euros including VAT only.
WITH known AS (
    SELECT
        *,
        severity = 'error' AND (
            party = 'supplier' AND coalesce(amount_eur, amount_ttc_eur, 1) > 0 OR check_name = 'published_split_differs'
        ) AS is_claimed,
        severity <> 'error' AND amount_eur > 0 AS is_to_review,
        party = 'supplier' AND coalesce(amount_eur, amount_ttc_eur) < 0 AS is_lacking
    FROM marts.finding
    WHERE party IN ('supplier', 'enedis')
)

SELECT
    party, supplier, operation_id, invoice_number, month,
    year(month) AS year,
    count(*) FILTER (is_claimed) AS findings,
    count(*) FILTER (is_claimed AND amount_eur IS NULL AND amount_ttc_eur IS NULL) AS unquantified,
    coalesce(sum(amount_eur) FILTER (is_claimed AND amount_eur > 0), 0) AS amount_eur,
    sum(amount_ttc_eur) FILTER (is_claimed) AS amount_ttc_eur,
    count(*) FILTER (is_to_review) AS to_review,
    coalesce(sum(amount_eur) FILTER (is_to_review), 0) AS to_review_eur,
    coalesce(-sum(amount_eur) FILTER (is_lacking), 0) AS underbilled_eur
FROM known
WHERE is_claimed OR is_to_review OR is_lacking
GROUP BY party, supplier, operation_id, invoice_number, month
ORDER BY party, supplier, operation_id, month, invoice_number
