-- Curves of the periods that end in the month, whatever overlaps them, and the eight days before: a gap is estimated
-- from the same day of the week before (convention §5.2.3).
WITH period AS (
    SELECT operation_id, min(period_start) AS first_day, max(period_end) AS last_day
    FROM landing.file
    WHERE operation_id IN $ids AND status IN ('loaded', 'superseded')
        AND kind IN ('curve', 'energy', 'exchange', 'synthesis')
        AND date_trunc('month', period_end) = $month
    GROUP BY operation_id
)

SELECT curve.*
FROM staging.curve AS curve
INNER JOIN period ON period.operation_id = curve.operation_id
    AND curve.period_start <= period.last_day
    AND curve.period_end >= period.first_day - 8
