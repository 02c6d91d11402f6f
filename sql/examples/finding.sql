-- The file and the line of each proof.
SELECT finding_id, proof ->> 'file' AS file, (proof ->> 'line')::INTEGER AS line
FROM (SELECT finding_id, unnest(from_json(evidence, '["JSON"]')) AS proof FROM marts.finding)
