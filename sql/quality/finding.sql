-- Findings: size of the amount, sentence, proof, invoice of those that a supplier owes.
SELECT
    finding_id, check_name,
    abs(CAST(amount_eur AS DOUBLE)) AS amount_eur,
    message,
    CASE WHEN severity = 'error' AND party IN ('supplier', 'enedis') THEN coalesce(evidence, '[]')::VARCHAR END
        AS evidence,
    CASE WHEN party = 'supplier' AND amount_eur IS NOT NULL THEN coalesce(invoice_number, '') END AS owing_invoice,
    CAST(amount_ttc_eur / nullif(amount_eur, 0) AS DOUBLE) AS with_vat
FROM marts.finding
WHERE month IS NULL OR month >= $since
