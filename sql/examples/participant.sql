-- Those who take part on 1 October 2025.
SELECT operation_id, prm, role, name
FROM marts.participant
WHERE valid_from <= DATE '2025-10-01' AND (valid_to IS NULL OR valid_to > DATE '2025-10-01')
