-- An operation as it is known.
SELECT name, organiser, organiser_siret_rna, commune, post_code, key_type, start_date, settings
FROM marts.operation
WHERE operation_id = $operation_id
