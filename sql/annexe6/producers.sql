-- Energies of the producers of a period.
SELECT prm, production_kwh, self_produced_kwh, surplus_kwh
FROM marts.producer_month
WHERE operation_id = $operation_id AND period_start = $period_start::DATE
ORDER BY prm
