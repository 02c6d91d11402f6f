-- Keys that hold on a day of the period, as declared.
SELECT consumer_prm, producer_prm, key_type, valid_from, valid_to, CAST(share AS DOUBLE) AS share, source_file
FROM marts.distribution_key
WHERE operation_id = $operation_id
  AND valid_from <= $period_end::DATE
  AND coalesce(valid_to, DATE '9999-12-31') > $period_start::DATE
ORDER BY valid_from, consumer_prm, producer_prm NULLS FIRST
