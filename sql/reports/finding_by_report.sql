-- Each finding of an operation with the period whose report shows it. A month of two periods: the first that ends after
-- the finding's own days; a finding without a month: the operation's last period. So each stands in one report only.
CREATE OR REPLACE TEMP VIEW finding_by_report AS
SELECT
  finding.* EXCLUDE (evidence),
  CAST(finding.evidence AS VARCHAR) AS evidence,
  coalesce(
    (
      SELECT min(period.period_start) FROM marts.operation_month AS period
      WHERE period.operation_id = finding.operation_id
        AND period.month = finding.month
        AND period.period_end >= finding.period_end
    ),
    (
      SELECT max(period.period_start) FROM marts.operation_month AS period
      WHERE period.operation_id = finding.operation_id AND period.month = coalesce(finding.month, period.month)
    )
  ) AS report_period_start
FROM marts.finding
WHERE finding.operation_id IS NOT NULL
