SELECT operation_id, name, key_type FROM marts.operation ORDER BY operation_id
