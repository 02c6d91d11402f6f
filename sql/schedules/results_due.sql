-- Periods whose results Enedis was to publish by a day, whether they came or not.
SELECT operation_id, period_start, period_end
FROM marts.deadline
WHERE kind = 'results' AND due_on = $day::DATE
ORDER BY operation_id, period_start
