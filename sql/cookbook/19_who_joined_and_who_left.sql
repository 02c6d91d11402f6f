-- Who joined an operation, and who left it?
SELECT operation_id, prm, role, name, valid_from AS day, 'joined' AS event
FROM marts.participant
UNION ALL
SELECT operation_id, prm, role, name, valid_to AS day, 'left' AS event
FROM marts.participant
WHERE valid_to IS NOT NULL
ORDER BY day DESC, operation_id, prm
