-- What the bills of a supplier lack: told in the letter, not deducted.
SELECT supplier, operation_id, -sum(amount_eur) AS amount_eur
FROM marts.finding
WHERE party = 'supplier'
  AND amount_eur < 0
  AND ($operations IS NULL OR operation_id IN $operations)
  AND ($supplier IS NULL OR supplier = $supplier)
  AND ($first IS NULL OR month BETWEEN $first AND $last)
GROUP BY supplier, operation_id
ORDER BY supplier, operation_id
