-- A point of measurement takes part once at a time in an operation, in a role.
SELECT a.operation_id, a.prm, a.role, a.valid_from, b.valid_from AS other_valid_from
FROM marts.participant AS a
INNER JOIN marts.participant AS b
    ON a.operation_id = b.operation_id AND a.prm = b.prm AND a.role = b.role AND a.valid_from < b.valid_from
WHERE a.valid_to IS NULL OR a.valid_to > b.valid_from
LIMIT 20
