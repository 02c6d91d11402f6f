-- Prices that may hold for an operation.
SELECT * FROM marts.price WHERE coalesce(operation_id, $operation_id) = $operation_id
