-- What each producer shared with each consumer over a period.
SELECT producer_prm, consumer_prm, energy_kwh
FROM marts.exchange_month
WHERE operation_id = $operation_id AND period_start = $period_start::DATE
ORDER BY producer_prm, consumer_prm
