-- Which files were refused, and why?
SELECT path, reason, reason_line, reason_column, reason_value, received_at
FROM marts.file
WHERE status = 'quarantined'
ORDER BY received_at DESC
