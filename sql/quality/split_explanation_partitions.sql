-- Of each period explained: its hypotheses, the last rank, what the best leaves and what is to be explained.
SELECT
    operation_id, period_start, count(*) AS rows, max(rank) AS expected_rows,
    arg_min(residual_kwh, rank) AS best_residual_kwh, min(residual_kwh) AS least_residual_kwh,
    max(difference_kwh) AS difference_kwh
FROM marts.split_explanation
GROUP BY operation_id, period_start
