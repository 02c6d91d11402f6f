-- Which bills ignored self-consumption this year?
-- The year is that of the last month published; amounts are before tax, at the bill's own prices.
SELECT
    bill.supplier, bill.invoice_number, bill.detail_id, bill.prm, any_value(site.name) AS site,
    bill.period_start, bill.period_end, bill.billed_kwh,
    round(bill.expected_kwh, 1) AS expected_kwh, round(bill.self_consumption_kwh, 1) AS ignored_kwh, bill.amount_eur
FROM marts.invoice_reconciliation AS bill
LEFT JOIN marts.site AS site ON site.site_id = bill.prm
WHERE bill.verdict = 'self_consumption_not_deducted'
    AND year(bill.period_end) = (SELECT year(max(month)) FROM marts.operation_month)
GROUP BY ALL
ORDER BY bill.amount_eur DESC
