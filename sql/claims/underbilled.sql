-- What the bills of a supplier lack: told to the organiser, in no letter, and not deducted from what is claimed.
-- A wrong VAT alone lacks euros including VAT only.
SELECT
  supplier, operation_id, count(*) AS findings, coalesce(-sum(amount_eur), 0) AS amount_eur,
  coalesce(-sum(amount_ttc_eur) FILTER (coalesce(amount_eur, 0) = 0), 0) AS vat_only_eur
FROM marts.finding
WHERE party = 'supplier'
  AND (amount_eur < 0 OR coalesce(amount_eur, 0) = 0 AND amount_ttc_eur < 0)
  AND ($operations IS NULL OR operation_id IN $operations)
  AND ($supplier IS NULL OR supplier = $supplier)
  AND ($first IS NULL OR month BETWEEN $first AND $last)
GROUP BY supplier, operation_id
ORDER BY supplier, operation_id
