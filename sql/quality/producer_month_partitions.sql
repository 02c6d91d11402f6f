-- Of each period: producers published beside producers of the perimeter.
WITH expected AS (
    SELECT month.operation_id, month.period_start, count(DISTINCT stay.prm) AS producers
    FROM marts.operation_month AS month
    LEFT JOIN marts.participant AS stay
        ON stay.operation_id = month.operation_id AND stay.role = 'producer' AND stay.valid_from <= month.period_end
        AND (stay.valid_to IS NULL OR stay.valid_to > month.period_start)
    WHERE month.month >= $since
    GROUP BY month.operation_id, month.period_start
)

SELECT operation_id, period_start, producers AS expected_rows, count(row.prm) AS rows
FROM expected
LEFT JOIN marts.producer_month AS row USING (operation_id, period_start)
GROUP BY operation_id, period_start, producers
