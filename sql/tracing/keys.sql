-- Keys that held at some time of a period, of one consumer or of all.
SELECT consumer_prm, producer_prm, key_type, share, valid_from, valid_to, source_file
FROM marts.distribution_key
WHERE operation_id = $operation_id AND valid_from <= $period_end AND (valid_to IS NULL OR valid_to > $period_start)
    AND ($prm IS NULL OR consumer_prm = $prm)
ORDER BY consumer_prm, producer_prm, valid_from
