-- Static keys, in percent, from which day and by which file.
SELECT operation_id, consumer_prm, valid_from, 100 * share AS percent, source_file
FROM marts.distribution_key
WHERE key_type = 'static'
