-- What is to be reviewed before it is claimed.
SELECT sum(to_review) AS to_review, sum(to_review_eur) AS to_review_eur
FROM marts.claim
WHERE ($operations IS NULL OR operation_id IN $operations)
  AND ($supplier IS NULL OR supplier = $supplier)
  AND ($party IS NULL OR party = $party)
  AND ($first IS NULL OR month BETWEEN $first AND $last)
HAVING sum(to_review) > 0
