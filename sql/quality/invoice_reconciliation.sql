-- Bills: what is claimed of those in excess, how far from the expected those are that agree.
SELECT
    supplier, invoice_number, detail_id, prm,
    CASE WHEN verdict IN ('self_consumption_not_deducted', 'over_billed') THEN CAST(amount_eur AS DOUBLE) END
        AS claimed_eur,
    CASE WHEN verdict = 'matches' THEN abs(billed_kwh - expected_kwh) / (50 + abs(expected_kwh)) END AS distance,
    self_consumption_kwh / nullif(consumption_kwh, 0) AS self_production_rate
FROM marts.invoice_reconciliation
WHERE month >= $since
