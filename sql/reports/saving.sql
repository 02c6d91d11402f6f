-- Euros saved over the period.
SELECT sum(saving_eur) AS saving_eur
FROM marts.saving_month
WHERE operation_id = $operation_id AND period_start = $period_start
