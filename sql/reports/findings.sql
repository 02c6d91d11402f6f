-- Findings of an operation's period, gravest first.
SELECT
  finding_id, check_name, severity, party, prm, role, supplier, invoice_number, detail_id, period_start, period_end,
  expected, observed, unit, amount_eur, amount_ttc_eur, evidence, message
FROM finding_by_report
WHERE operation_id = $operation_id AND report_period_start = $period_start
ORDER BY
  list_position(['error', 'warning', 'info'], severity), abs(coalesce(amount_eur, 0)) DESC, check_name, prm, finding_id
