-- How much has each site saved since the start?
-- NULL where a price is missing: complete prices.csv.
SELECT
    saving.operation_id, saving.prm, any_value(site.name) AS site,
    round(sum(saving.self_consumption_kwh)) AS self_consumption_kwh,
    CASE WHEN count(saving.saving_eur) = count(*) THEN sum(saving.saving_eur) END AS saving_eur
FROM marts.saving_month AS saving
LEFT JOIN marts.site AS site ON site.site_id = saving.prm
GROUP BY saving.operation_id, saving.prm
ORDER BY saving_eur DESC NULLS LAST
