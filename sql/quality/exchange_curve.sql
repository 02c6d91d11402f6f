-- Exchanges step by step: their steps beside the hours of the period, their energy beside that of the period.
SELECT
    curve.operation_id, curve.period_start, curve.producer_prm, curve.consumer_prm,
    len(curve.power_w) AS rows,
    date_diff('minute',
        curve.period_start::TIMESTAMP AT TIME ZONE 'Europe/Paris',
        (curve.period_end + 1)::TIMESTAMP AT TIME ZONE 'Europe/Paris') // curve.step_minutes AS expected_rows,
    (list_sum(curve.power_w) * curve.step_minutes / 60000 - whole.energy_kwh) / (1 + whole.energy_kwh) AS unexplained
FROM marts.exchange_curve AS curve
LEFT JOIN marts.exchange_month AS whole USING (operation_id, period_start, producer_prm, consumer_prm)
WHERE curve.month >= $since
