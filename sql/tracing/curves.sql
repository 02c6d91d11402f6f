-- Curve files of an operation that touch a period: those that count, and the versions that they replaced.
SELECT path, kind, status, received_at, prm, series
FROM marts.file
WHERE kind = 'curve' AND operation_id = $operation_id AND series IN $series AND status IN ('loaded', 'superseded')
    AND period_start <= $period_end AND period_end >= $period_start
ORDER BY series, prm, status, received_at DESC, path
