-- Results of each operation and period: energies, rates, findings, euros to claim.
WITH found AS (
    SELECT operation_id, month, count(*) AS findings, sum(amount_eur) FILTER (amount_eur > 0)::DOUBLE AS amount_eur
    FROM marts.finding
    GROUP BY operation_id, month
)

SELECT
    period.operation_id, operation.name, period.month, period.period_start, period.period_end, period.key_type_used,
    period.production_kwh, period.self_consumption_kwh, period.self_consumption_rate, period.self_production_rate,
    period.coverage_rate, coalesce(found.findings, 0) AS findings, found.amount_eur
FROM marts.operation_month AS period
LEFT JOIN marts.operation AS operation USING (operation_id)
LEFT JOIN found ON found.operation_id = period.operation_id AND found.month = period.month
ORDER BY period.month, period.operation_id, period.period_start
