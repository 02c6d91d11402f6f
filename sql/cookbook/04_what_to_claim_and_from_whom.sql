-- What is to be claimed, and from whom?
SELECT
    coalesce(supplier, party) AS who, check_name, count(*) AS findings,
    sum(amount_eur) AS amount_eur, sum(amount_ttc_eur) AS amount_ttc_eur
FROM marts.finding
WHERE amount_eur > 0
GROUP BY who, check_name
ORDER BY amount_eur DESC
