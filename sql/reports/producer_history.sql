-- Energies and revenue of each producer of the period, over its last 13 periods: those of its present stay only.
WITH stay AS (
  SELECT prm, max(valid_from) AS since
  FROM marts.participant
  WHERE operation_id = $operation_id AND role = 'producer' AND valid_from <= $period_end::DATE
  GROUP BY prm
)
SELECT
  m.prm, m.period_start, m.period_end, m.production_kwh, m.published_production_kwh, m.self_produced_kwh,
  m.published_self_produced_kwh, m.surplus_kwh, m.published_surplus_kwh, surplus.revenue_eur
FROM marts.producer_month AS m
LEFT JOIN stay USING (prm)
LEFT JOIN marts.surplus_month AS surplus USING (operation_id, period_start, prm)
WHERE m.operation_id = $operation_id
  AND m.period_start <= $period_start::DATE
  AND m.period_end >= coalesce(stay.since, m.period_end)
QUALIFY row_number() OVER (PARTITION BY m.prm ORDER BY m.period_start DESC) <= 13
ORDER BY m.prm, m.period_start DESC
