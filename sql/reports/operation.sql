-- The operation as declared.
SELECT operation_id, coalesce(name, operation_id) AS name, organiser, commune, post_code, anniversary_day
FROM marts.operation
WHERE operation_id = $operation_id
