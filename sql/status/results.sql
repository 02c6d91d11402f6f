-- Results of each operation and period: energies, rates, findings, euros to claim: those that are established
-- (marts.claim), as in the letters, not those to review. Of two periods of a month, a finding stands with the first that
-- ends after its own days, else with the last, as in the reports; what the month claims, with its last period.
WITH last_of_month AS (
    SELECT operation_id, month, max(period_start) AS period_start
    FROM marts.operation_month
    GROUP BY operation_id, month
),

found AS (
    SELECT
        finding.operation_id,
        coalesce(
            (
                SELECT min(period.period_start) FROM marts.operation_month AS period
                WHERE period.operation_id = finding.operation_id AND period.month = finding.month
                    AND period.period_end >= finding.period_end
            ),
            last_of_month.period_start
        ) AS period_start,
        count(*) AS findings
    FROM marts.finding AS finding
    INNER JOIN last_of_month USING (operation_id, month)
    GROUP BY ALL
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
LEFT JOIN found USING (operation_id, period_start)
LEFT JOIN last_of_month USING (operation_id, period_start)
LEFT JOIN claimed ON claimed.operation_id = last_of_month.operation_id AND claimed.month = last_of_month.month
ORDER BY period.month, period.operation_id, period.period_start
