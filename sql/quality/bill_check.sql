-- Checks of the last months that say nothing of why they were ignored, or that claim without being failed.
SELECT
    supplier, invoice_number, detail_id, prm, check_name,
    CASE WHEN decision = 'ignored' THEN coalesce(len(trim(reason)), 0) END AS length_of_the_reason,
    CASE WHEN decision IN ('valid', 'ignored') THEN abs(CAST(amount_eur AS DOUBLE)) END AS eur_of_a_valid_check
FROM marts.bill_check
WHERE month >= $since AND (decision = 'ignored' OR decision = 'valid' AND amount_eur IS NOT NULL)
