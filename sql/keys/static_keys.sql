-- Static keys as declared, every version.
SELECT consumer_prm, valid_from, valid_to, share
FROM marts.distribution_key
WHERE operation_id = $operation_id AND key_type = 'static'
ORDER BY valid_from, consumer_prm
