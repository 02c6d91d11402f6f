-- What else Enedis has to mend or to explain in the periods of an operation.
SELECT operation_id, period_start, period_end, check_name, message
FROM marts.finding
WHERE party = 'enedis'
  AND check_name IN (
    'missing_curve', 'missing_steps', 'published_energy_differs', 'published_exchange_differs', 'synthesis_differs'
  )
  AND ($operations IS NULL OR operation_id IN $operations)
  AND ($first IS NULL OR month BETWEEN $first AND $last)
ORDER BY operation_id, period_start, check_name, prm, finding_id
