-- Stays: their length, the power of those who produce and of those who should have none.
SELECT
    operation_id, prm, role, valid_from,
    date_diff('day', valid_from, valid_to) AS days,
    power_kw,
    CASE WHEN role = 'consumer' THEN power_kw END AS consumer_power_kw
FROM marts.participant
