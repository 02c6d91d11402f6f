-- Files that stay refused: one whose path holds a version that was read is `superseded`.
SELECT operation_id, path, reason, reason_line, reason_column, reason_value
FROM marts.file
WHERE status = 'quarantined' AND ($operation_id IS NULL OR operation_id = $operation_id)
ORDER BY operation_id NULLS LAST, path
