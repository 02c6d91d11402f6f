-- Files: their age and size, the reason of those refused and of the others.
SELECT
    path, file_id,
    date_diff('day', received_at, published_at) AS days_old,
    size_bytes / 1e6 AS megabytes,
    CASE WHEN status = 'quarantined' THEN coalesce(len(trim(reason)), 0) END AS length_of_the_reason
FROM marts.file, marts.publication
