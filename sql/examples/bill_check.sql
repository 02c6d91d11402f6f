-- Checks that most bills fail, and those that could not be made.
SELECT check_name, decision, count(*) AS details, sum(amount_eur) AS amount_eur
FROM marts.bill_check
WHERE decision <> 'valid'
GROUP BY check_name, decision
ORDER BY details DESC
