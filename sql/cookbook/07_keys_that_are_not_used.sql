-- Which sites leave a part of their key unused?
-- Energy that the key reserved for a site and that it did not consume at the same moment. Static keys only.
WITH produced AS (
    SELECT operation_id, step_start, sum(production_w) AS production_w
    FROM marts.curve
    WHERE role = 'producer'
    GROUP BY operation_id, step_start
)

SELECT
    curve.operation_id, curve.prm, any_value(site.name) AS site,
    round(sum(produced.production_w * key.share * curve.step_minutes / 60000), 1) AS reserved_kwh,
    round(sum(curve.self_consumption_w * curve.step_minutes / 60000), 1) AS used_kwh,
    round(100 * used_kwh / nullif(reserved_kwh, 0), 1) AS used_percent
FROM marts.curve AS curve
INNER JOIN produced USING (operation_id, step_start)
INNER JOIN marts.distribution_key AS key
    ON key.operation_id = curve.operation_id AND key.consumer_prm = curve.prm
    AND key.key_type = 'static' AND key.producer_prm IS NULL
    AND curve.period_start >= key.valid_from AND (key.valid_to IS NULL OR curve.period_start < key.valid_to)
LEFT JOIN marts.site AS site ON site.site_id = curve.prm
WHERE curve.role = 'consumer'
GROUP BY curve.operation_id, curve.prm
ORDER BY used_percent NULLS FIRST
