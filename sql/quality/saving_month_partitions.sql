-- Of each period: consumers with a saving beside consumers published.
SELECT operation_id, period_start, count(consumer.prm) AS expected_rows, count(saving.prm) AS rows
FROM marts.consumer_month AS consumer
LEFT JOIN marts.saving_month AS saving USING (operation_id, period_start, prm)
WHERE consumer.month >= $since
GROUP BY operation_id, period_start
