SELECT operation_id, period_start, kind, series, prm FROM marts.completeness WHERE status IN ('missing', 'quarantined')
