-- Files that stay refused, with the addresses of their operation's energy managers.
SELECT
    file.file_id, file.path, file.reason, file.reason_line, file.reason_column, file.reason_value, file.operation_id,
    operation.name, CAST(operation.recipients AS VARCHAR) AS recipients
FROM marts.file AS file
LEFT JOIN marts.operation AS operation USING (operation_id)
WHERE file.status = 'quarantined'
    AND NOT EXISTS (
        SELECT 1 FROM marts.file AS other
        WHERE other.path = file.path AND other.status <> 'quarantined' AND other.received_at >= file.received_at
    )
ORDER BY file.path, file.file_id
