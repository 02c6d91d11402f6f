-- Steps of each operation's period of the last month beside those expected.
SELECT operation_id, period_start, any_value(steps_expected) AS expected_rows, count(curve.prm) AS rows
FROM marts.operation_month
LEFT JOIN marts.curve AS curve USING (operation_id, period_start)
WHERE operation_month.month = $latest
GROUP BY operation_id, period_start
