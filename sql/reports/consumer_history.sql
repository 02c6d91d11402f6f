-- Energies and savings of each consumer of the period, over its last 13 periods: those of its present stay only, for a
-- point may have had another holder before.
WITH stay AS (
  SELECT prm, max(valid_from) AS since
  FROM marts.participant
  WHERE operation_id = $operation_id AND role = 'consumer' AND valid_from <= $period_end::DATE
  GROUP BY prm
)
SELECT
  m.prm, m.period_start, m.period_end, m.consumption_kwh, m.published_consumption_kwh, m.self_consumption_kwh,
  m.published_self_consumption_kwh, m.complement_kwh, m.published_complement_kwh,
  CASE WHEN m.self_consumption_kwh IS NOT NULL OR saving.self_consumption_kwh > 0 THEN saving.saving_eur END
    AS saving_eur
FROM marts.consumer_month AS m
LEFT JOIN stay USING (prm)
LEFT JOIN marts.saving_month AS saving USING (operation_id, period_start, prm)
WHERE m.operation_id = $operation_id
  AND m.period_start <= $period_start::DATE
  AND m.period_end >= coalesce(stay.since, m.period_end)
QUALIFY row_number() OVER (PARTITION BY m.prm ORDER BY m.period_start DESC) <= 13
ORDER BY m.prm, m.period_start DESC
