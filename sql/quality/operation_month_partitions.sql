-- Operations of each month but the last, which may not be complete yet, beside those of the month before.
SELECT month, operations / lag(operations) OVER (ORDER BY month) AS beside_the_month_before
FROM (SELECT month, count(DISTINCT operation_id) AS operations FROM marts.operation_month GROUP BY month)
QUALIFY month < max(month) OVER ()
