-- Participants of an operation on some day from a day to another, both included; one row per PRM and role.
SELECT prm, role, name, address, siret_rna, power_kw, installation
FROM marts.participant
WHERE operation_id = $operation_id
  AND valid_from <= $last::DATE
  AND coalesce(valid_to, DATE '9999-12-31') > $first::DATE
QUALIFY row_number() OVER (PARTITION BY prm, role ORDER BY valid_from DESC) = 1
ORDER BY role, prm
