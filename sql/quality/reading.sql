-- Readings: days since the one before, index beside the one before, power reached.
SELECT
    supplier, site_id, meter_number, read_on, register,
    date_diff('day', previous_on, read_on) AS days,
    CASE WHEN coalesce(roll_over, 0) = 0 THEN index_value - previous_index END AS difference,
    reached_kva / nullif(subscribed_kva, 0) AS used_power
FROM marts.reading
