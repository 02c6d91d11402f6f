-- What an operation shares is what its producers share, and what the pairs of producer and consumer exchange.
WITH shared AS (
    SELECT operation_id, period_start, sum(self_produced_kwh) AS kwh
    FROM marts.producer_month
    GROUP BY operation_id, period_start
),

exchanged AS (
    SELECT operation_id, period_start, sum(energy_kwh) AS kwh
    FROM marts.exchange_month
    GROUP BY operation_id, period_start
)

SELECT month.operation_id, month.period_start, month.self_consumption_kwh, shared.kwh AS shared_kwh,
    exchanged.kwh AS exchanged_kwh
FROM marts.operation_month AS month
INNER JOIN landing.pending_month AS pending ON pending.month = month.month
LEFT JOIN shared USING (operation_id, period_start)
LEFT JOIN exchanged USING (operation_id, period_start)
WHERE abs(month.self_consumption_kwh - shared.kwh) > 1e-6 * (1 + month.self_consumption_kwh)
    OR abs(month.self_consumption_kwh - exchanged.kwh) > 1e-6 * (1 + month.self_consumption_kwh)
LIMIT 20
