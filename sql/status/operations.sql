-- Operations by number, with the name to show.
SELECT operation_id, name
FROM marts.operation
WHERE operation_id = coalesce($operation_id, operation_id)
ORDER BY operation_id
