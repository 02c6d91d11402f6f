-- Of each period with keys: the part of the production that they give away, mean over the producers.
SELECT
    month.operation_id, month.period_start,
    CAST(sum(key.share) / count(DISTINCT coalesce(key.producer_prm, '')) AS DOUBLE) AS shared_out
FROM marts.operation_month AS month
INNER JOIN marts.distribution_key AS key
    ON key.operation_id = month.operation_id AND key.key_type = month.key_type_used
    AND key.valid_from <= month.period_start AND (key.valid_to IS NULL OR key.valid_to > month.period_start)
GROUP BY month.operation_id, month.period_start
