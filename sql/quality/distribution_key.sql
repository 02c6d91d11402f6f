-- Keys: share and length.
SELECT
    operation_id, consumer_prm, producer_prm, valid_from,
    CAST(share AS DOUBLE) AS share,
    date_diff('day', valid_from, valid_to) AS days
FROM marts.distribution_key
