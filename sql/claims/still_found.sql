-- Findings that stand, whether or not they are established.
SELECT finding_id FROM marts.finding WHERE finding_id IN $findings
