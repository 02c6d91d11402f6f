-- The hypotheses that explain a published split best, of those that explain a part of it.
SELECT rank, description, residual_kwh, difference_kwh
FROM marts.split_explanation
WHERE operation_id = $operation_id AND period_start = $period_start AND residual_kwh < difference_kwh
ORDER BY rank
LIMIT 3
