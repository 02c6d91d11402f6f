-- Who has no PRM yet.
SELECT connection_request, role, name, address, siret_rna, email, power_kw, installation, share
FROM marts.awaited_participant
WHERE operation_id = $operation_id
ORDER BY role, connection_request
