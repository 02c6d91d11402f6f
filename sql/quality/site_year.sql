-- Years of the sites: billed beside consumed, number of periods, price of a kWh.
SELECT
    site_id, fluid, year, periods,
    self_production_rate,
    CASE WHEN periods >= 11 AND bills >= 11 THEN billed_kwh / nullif(consumption_kwh, 0) END AS billed_beside_consumed,
    CASE WHEN billed_kwh >= 500 THEN CAST(billed_eur AS DOUBLE) / billed_kwh END AS eur_per_kwh
FROM marts.site_year
