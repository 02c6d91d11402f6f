-- Files called for: those said received have a path, those said missing have none.
SELECT
    operation_id, period_start, prm, role, kind, series,
    CASE WHEN status = 'received' THEN coalesce(path, '') END AS received_path,
    CASE WHEN status IN ('missing', 'not_expected') THEN coalesce(path, '') END AS missing_path
FROM marts.completeness
WHERE month >= $since
