-- Headline figures of every period, with its euros to claim, NULL where nothing is and its findings.
WITH money AS (
  SELECT
    operation_id,
    report_period_start AS period_start,
    sum(amount_eur) FILTER (amount_eur > 0) AS amount_eur,
    count(*) FILTER (severity = 'error') AS errors,
    count(*) AS findings
  FROM finding_by_report
  GROUP BY operation_id, report_period_start
)
SELECT
  m.operation_id, o.name, m.month, m.period_start, m.period_end, m.production_kwh, m.published_production_kwh,
  m.self_consumption_kwh, m.published_self_consumption_kwh, m.self_consumption_rate, m.published_self_consumption_rate,
  m.self_production_rate, m.published_self_production_rate, m.steps_missing,
  money.amount_eur, coalesce(money.errors, 0) AS errors, coalesce(money.findings, 0) AS findings
FROM marts.operation_month AS m
LEFT JOIN marts.operation AS o USING (operation_id)
LEFT JOIN money USING (operation_id, period_start)
ORDER BY m.month DESC, o.name, m.operation_id, m.period_start
