SELECT year, site_id, name, consumption_kwh, self_consumption_kwh, billed_kwh, billed_eur, saving_eur, claimed_eur
FROM marts.site_year ORDER BY year, claimed_eur DESC, site_id
