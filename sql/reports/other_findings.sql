-- Findings that no report shows: of no operation (files of unknown origin, bills of sites outside every operation), or of
-- a month in which no period of their operation ends (a bill without curves, a refused Annexe 2).
WITH elsewhere AS (
  SELECT finding_id FROM marts.finding WHERE operation_id IS NULL
  UNION ALL
  SELECT finding_id FROM finding_by_report WHERE report_period_start IS NULL AND severity <> 'info'
)
SELECT
  month, operation_id, check_name, severity, party, supplier, amount_eur, amount_ttc_eur, message
FROM marts.finding
SEMI JOIN elsewhere USING (finding_id)
ORDER BY
  month DESC NULLS LAST, list_position(['error', 'warning', 'info'], severity), abs(coalesce(amount_eur, 0)) DESC,
  check_name, finding_id
