-- Files that stay refused: no later version at the same path was read.
SELECT file.path, file.reason, file.reason_line, file.reason_column, file.reason_value
FROM marts.file AS file
WHERE file.status = 'quarantined'
    AND NOT EXISTS (
        SELECT 1 FROM marts.file AS other
        WHERE other.path = file.path AND other.status <> 'quarantined' AND other.received_at >= file.received_at
    )
ORDER BY file.path
