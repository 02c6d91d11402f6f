-- Savings of each period, and the sum of those known since the consumer's first period.
SELECT
    operation_id, period_start, period_end, month, prm, self_consumption_kwh, saving_eur, management_eur,
    saving_eur - coalesce(management_eur, 0) AS net_saving_eur,
    min(period_start) OVER since_then AS since,
    sum(self_consumption_kwh) OVER since_then AS cumulated_kwh,
    sum(saving_eur - coalesce(management_eur, 0)) OVER since_then AS cumulated_saving_eur,
    count(*) FILTER (saving_eur IS NULL) OVER since_then AS unknown_periods
FROM marts.saving_month
WINDOW since_then AS (PARTITION BY operation_id, prm ORDER BY period_start ROWS UNBOUNDED PRECEDING)
ORDER BY operation_id, period_start, prm
