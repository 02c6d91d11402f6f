-- Stays of the participants, whatever their role.
SELECT DISTINCT prm, valid_from, valid_to
FROM marts.participant
WHERE operation_id = $operation_id
ORDER BY prm, valid_from
