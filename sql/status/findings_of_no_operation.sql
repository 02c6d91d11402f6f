-- Findings that belong to no operation: bills of sites that take part in none, files of no operation.
SELECT count(*) AS findings, sum(amount_eur) FILTER (amount_eur > 0)::DOUBLE AS amount_eur
FROM marts.finding
WHERE operation_id IS NULL
