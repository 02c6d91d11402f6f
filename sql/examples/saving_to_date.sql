-- What each consumer has saved since it joined.
SELECT prm, since, cumulated_kwh, cumulated_saving_eur
FROM marts.saving_to_date
QUALIFY row_number() OVER (PARTITION BY operation_id, prm ORDER BY period_start DESC) = 1
