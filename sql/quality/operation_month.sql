-- Indicators: rates, length of the period, what the sums leave unexplained, steps that were not measured.
SELECT
    operation_id, period_start,
    period_end - period_start + 1 AS days,
    self_consumption_rate, self_production_rate, coverage_rate,
    (consumption_kwh - self_consumption_kwh - complement_kwh) / nullif(consumption_kwh, 0) AS unexplained_consumption,
    (production_kwh - self_consumption_kwh - surplus_kwh) / nullif(production_kwh, 0) AS unexplained_production,
    (steps_estimated + steps_missing) / nullif(steps_expected, 0) AS not_measured
FROM marts.operation_month
