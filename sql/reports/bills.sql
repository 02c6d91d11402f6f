-- Bills reconciled with the period's curves. A month of two periods: a bill goes with the first that ends after it.
WITH period AS (
  SELECT period_start, period_end
  FROM marts.operation_month
  WHERE operation_id = $operation_id AND month = $month
),
listed AS (SELECT prm, any_value(name ORDER BY supplier) AS name FROM marts.site WHERE prm IS NOT NULL GROUP BY prm),
declared AS (
  SELECT prm, arg_max(name, valid_from) AS name
  FROM marts.participant
  WHERE operation_id = $operation_id AND role = 'consumer'
  GROUP BY prm
)
SELECT
  bill.supplier, bill.invoice_number, bill.detail_id, bill.prm, coalesce(listed.name, declared.name) AS site_name,
  bill.period_start, bill.period_end, bill.reading, bill.billed_kwh, bill.consumption_kwh, bill.self_consumption_kwh,
  bill.complement_kwh, bill.expected_kwh, bill.verdict, bill.reason, bill.amount_eur
FROM marts.invoice_reconciliation AS bill
LEFT JOIN listed USING (prm)
LEFT JOIN declared USING (prm)
WHERE bill.operation_id = $operation_id
  AND bill.month = $month
  AND coalesce(
    (SELECT min(period_start) FROM period WHERE period.period_end >= bill.period_end),
    (SELECT max(period_start) FROM period)
  ) = $period_start::DATE
ORDER BY abs(coalesce(bill.amount_eur, 0)) DESC, bill.supplier, bill.invoice_number, bill.detail_id
