-- Findings of the months being recomputed that call for action, per check.
SELECT check_name, party, count(*) AS findings, sum(amount_eur)::DOUBLE AS amount_eur
FROM marts.finding
WHERE severity = 'error' AND month IN (SELECT month FROM landing.pending_month)
GROUP BY check_name, party
ORDER BY check_name, party
