SELECT prm, month, surplus_kwh / nullif(production_kwh, 0) AS surplus_rate FROM marts.producer_month
