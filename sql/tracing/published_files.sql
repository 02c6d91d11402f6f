-- Files other than curves in which Enedis publishes totals of a period.
SELECT path, kind, status, received_at, prm, series
FROM marts.file
WHERE kind IN $kinds AND operation_id = $operation_id AND status IN ('loaded', 'superseded')
    AND period_start = $period_start AND period_end = $period_end
ORDER BY kind, series, prm, status, received_at DESC, path
