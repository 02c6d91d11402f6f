-- Yearly sheets: price of a kWh, total with and without VAT.
SELECT
    supplier, fluid, site_id, year,
    CASE WHEN consumption_kwh >= 500 THEN CAST(total_excl_vat_eur AS DOUBLE) / consumption_kwh END AS eur_per_kwh,
    CAST(total_incl_vat_eur / nullif(total_excl_vat_eur, 0) AS DOUBLE) AS with_vat
FROM marts.annual_site
