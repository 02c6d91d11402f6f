SELECT year, fluid, sum(consumption_kwh) AS consumption_kwh, sum(total_incl_vat_eur) AS total_incl_vat_eur
FROM marts.annual_site
GROUP BY year, fluid
