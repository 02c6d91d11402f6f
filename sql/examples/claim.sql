SELECT year, party, supplier, operation_id, sum(findings) AS findings, sum(amount_eur) AS amount_eur, sum(amount_ttc_eur) AS amount_ttc_eur
FROM marts.claim GROUP BY ALL ORDER BY ALL
