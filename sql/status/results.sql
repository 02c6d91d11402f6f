-- Results of each operation and period: energies, rates, findings, euros to claim: those that are established
-- (marts.claim), as in the letters, not those to review.
WITH found AS (
    SELECT operation_id, month, count(*) AS findings
    FROM marts.finding
    GROUP BY operation_id, month
),

claimed AS (
    SELECT operation_id, month, nullif(sum(amount_eur), 0)::DOUBLE AS amount_eur
    FROM marts.claim
    GROUP BY operation_id, month
)

SELECT
    period.operation_id, operation.name, period.month, period.period_start, period.period_end, period.key_type_used,
    period.production_kwh, period.self_consumption_kwh, period.self_consumption_rate, period.self_production_rate,
    period.coverage_rate, coalesce(found.findings, 0) AS findings, claimed.amount_eur
FROM marts.operation_month AS period
LEFT JOIN marts.operation AS operation USING (operation_id)
LEFT JOIN found ON found.operation_id = period.operation_id AND found.month = period.month
LEFT JOIN claimed ON claimed.operation_id = period.operation_id AND claimed.month = period.month
ORDER BY period.month, period.operation_id, period.period_start
