-- Prices without which a wrong split has no euros.
SELECT operation_id, period_start, period_end, message
FROM marts.finding
WHERE check_name = 'price_missing'
  AND ($operations IS NULL OR operation_id IN $operations)
  AND ($first IS NULL OR month BETWEEN $first AND $last)
  AND (operation_id, period_start) IN (
    SELECT (operation_id, period_start) FROM marts.finding
    WHERE check_name = 'published_split_differs' AND amount_eur IS NULL
  )
ORDER BY operation_id, period_start
