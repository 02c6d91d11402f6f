-- Findings of no operation, the most certain and the dearest first. Refused files have an alert of their own.
SELECT finding_id, check_name AS "check", message, amount_eur
FROM marts.finding
WHERE operation_id IS NULL AND severity <> 'info' AND check_name <> 'quarantined_file'
ORDER BY severity = 'error' DESC, amount_eur DESC NULLS LAST, finding_id
