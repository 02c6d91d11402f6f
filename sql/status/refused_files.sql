-- Files that stay refused: no later version at the same path was read.
SELECT file.operation_id, file.path, file.reason, file.reason_line, file.reason_column, file.reason_value
FROM marts.file AS file
WHERE file.status = 'quarantined'
    AND ($operation_id IS NULL OR file.operation_id = $operation_id)
    AND NOT EXISTS (
        SELECT 1 FROM marts.file AS other
        WHERE other.path = file.path AND other.status <> 'quarantined' AND other.received_at >= file.received_at
    )
ORDER BY file.operation_id NULLS LAST, file.path
