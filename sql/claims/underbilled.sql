-- What the bills of a supplier lack: told to the organiser, in no letter, and not deducted from what is claimed.
SELECT supplier, operation_id, count(*) AS findings, -sum(amount_eur) AS amount_eur
FROM marts.finding
WHERE party = 'supplier'
  AND amount_eur < 0
  AND ($operations IS NULL OR operation_id IN $operations)
  AND ($supplier IS NULL OR supplier = $supplier)
  AND ($first IS NULL OR month BETWEEN $first AND $last)
GROUP BY supplier, operation_id
ORDER BY supplier, operation_id
