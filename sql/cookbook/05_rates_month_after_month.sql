-- How do the three rates of each operation evolve?
SELECT
    operation.name, month.month,
    round(100 * month.self_consumption_rate, 1) AS self_consumption_percent,
    round(100 * month.self_production_rate, 1) AS self_production_percent,
    round(100 * month.coverage_rate, 1) AS coverage_percent
FROM marts.operation_month AS month
INNER JOIN marts.operation AS operation USING (operation_id)
ORDER BY operation.name, month.month
