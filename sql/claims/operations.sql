-- Operations with what their organiser declares of itself.
SELECT
  operation_id, coalesce(name, operation_id) AS name, organiser, organiser_siret_rna, commune, post_code,
  CAST(settings AS VARCHAR) AS settings
FROM marts.operation
ORDER BY operation_id
