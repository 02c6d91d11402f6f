-- Over all its bills, has each site paid for what it bought?
-- Bills cancelled, estimated or without curves do not count: `checked` says how many do.
SELECT
    prm, count(*) AS checked, sum(billed_kwh) AS billed_kwh, round(sum(expected_kwh), 1) AS expected_kwh,
    round(sum(billed_kwh - expected_kwh), 1) AS billed_in_excess_kwh, sum(amount_eur) AS amount_eur
FROM marts.invoice_reconciliation
WHERE verdict IN ('matches', 'self_consumption_not_deducted', 'over_billed', 'under_billed')
GROUP BY prm
ORDER BY billed_in_excess_kwh DESC
