-- Energies of the consumers over the period, with the names of site and holder, and the days on which they joined or
-- left within it. Nothing is known to be saved where nothing is known to be shared.
WITH stay AS (
  SELECT
    prm,
    arg_max(name, valid_from) AS name,
    min(valid_from) AS first_day,
    max(coalesce(valid_to, DATE '9999-12-31')) AS end_day
  FROM marts.participant
  WHERE operation_id = $operation_id
    AND role = 'consumer'
    AND valid_from <= $period_end::DATE
    AND coalesce(valid_to, DATE '9999-12-31') > $period_start::DATE
  GROUP BY prm
),
listed AS (SELECT prm, any_value(name ORDER BY supplier) AS name FROM marts.site WHERE prm IS NOT NULL GROUP BY prm)
SELECT
  m.prm,
  coalesce(listed.name, stay.name) AS name,
  CASE WHEN listed.name <> stay.name THEN stay.name END AS holder,
  CASE WHEN stay.first_day > $period_start::DATE THEN stay.first_day END AS joined_on,
  CASE WHEN stay.end_day <= $period_end::DATE THEN stay.end_day END AS left_on,
  m.consumption_kwh, m.published_consumption_kwh, m.self_consumption_kwh, m.published_self_consumption_kwh,
  m.complement_kwh, m.published_complement_kwh, m.self_production_rate,
  CASE WHEN m.self_consumption_kwh IS NOT NULL OR saving.self_consumption_kwh > 0 THEN saving.saving_eur END
    AS saving_eur,
  m.published_source
FROM marts.consumer_month AS m
LEFT JOIN stay USING (prm)
LEFT JOIN listed USING (prm)
LEFT JOIN marts.saving_month AS saving USING (operation_id, period_start, prm)
WHERE m.operation_id = $operation_id AND m.period_start = $period_start
ORDER BY coalesce(listed.name, stay.name, m.prm), m.prm
