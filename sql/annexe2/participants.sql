-- Who takes part on a day or will later, one row per PRM and role, with its static share on that day.
SELECT prm, role, name, address, siret_rna, email, power_kw, installation, share
FROM marts.participant
LEFT JOIN marts.distribution_key AS held
  ON held.operation_id = participant.operation_id
  AND held.consumer_prm = participant.prm
  AND participant.role = 'consumer'
  AND held.key_type = 'static'
  AND held.valid_from <= $day::DATE
  AND coalesce(held.valid_to, DATE '9999-12-31') > $day::DATE
WHERE participant.operation_id = $operation_id
  AND coalesce(participant.valid_to, DATE '9999-12-31') > $day::DATE
QUALIFY row_number() OVER (PARTITION BY prm, role ORDER BY participant.valid_from DESC) = 1
ORDER BY role, prm
