-- What is to be claimed from each party, all operations and months together; what is to be reviewed first stands beside.
SELECT
  party, supplier,
  sum(amount_eur) AS amount_eur,
  CASE WHEN count(*) FILTER (amount_eur > 0 AND amount_ttc_eur IS NULL) = 0 THEN sum(amount_ttc_eur) END AS ttc_eur,
  CAST(sum(findings) AS BIGINT) AS findings,
  CAST(sum(unquantified) AS BIGINT) AS unquantified,
  sum(to_review_eur) AS to_review_eur
FROM marts.claim
GROUP BY party, supplier
ORDER BY sum(amount_eur) DESC, party, supplier
