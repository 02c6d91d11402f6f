-- What can be claimed, from whom, by operation and year.
SELECT
  party, supplier, operation_id, year, count(DISTINCT invoice_number) AS invoices, sum(findings) AS findings,
  sum(unquantified) AS unquantified, sum(amount_eur) AS amount_eur, sum(amount_ttc_eur) AS amount_ttc_eur,
  sum(to_review) AS to_review, sum(to_review_eur) AS to_review_eur
FROM marts.claim
WHERE ($operations IS NULL OR operation_id IN $operations)
  AND ($supplier IS NULL OR supplier = $supplier)
  AND ($party IS NULL OR party = $party)
  AND ($first IS NULL OR month BETWEEN $first AND $last)
GROUP BY party, supplier, operation_id, year
HAVING sum(findings) > 0 OR sum(to_review) > 0
ORDER BY year, party DESC, supplier, operation_id
