-- What each producer gave to each consumer over the period.
SELECT producer_prm, consumer_prm, energy_kwh, published_energy_kwh
FROM marts.exchange_month
WHERE operation_id = $operation_id AND period_start = $period_start
ORDER BY consumer_prm, producer_prm
