SELECT operation_id, prm, since, cumulated_kwh, cumulated_saving_eur, unknown_periods FROM marts.saving_to_date
QUALIFY period_start = max(period_start) OVER (PARTITION BY operation_id, prm) ORDER BY operation_id, prm
